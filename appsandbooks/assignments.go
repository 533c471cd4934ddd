package appsandbooks

// Assignment is one license in somebody's hands: a user's or a device's.
// https://developer.apple.com/documentation/devicemanagement/assignment
type Assignment struct {
	AdamID       string `json:"adamId"`
	PricingParam string `json:"pricingParam"`
	ClientUserID string `json:"clientUserId"` // "" when it is a device's
	SerialNumber string `json:"serialNumber"` // "" when it is a user's
	IDHash       string `json:"idHash"`       // of the Apple Account; with IncludeUserState
	UserStatus   Status `json:"userStatus"`   // with IncludeUserState
}

// Key names the asset.
func (a Assignment) Key() AssetKey { return AssetKey{AdamID: a.AdamID, PricingParam: a.PricingParam} }

// AssignmentsPage is one page of assignments.
// https://developer.apple.com/documentation/devicemanagement/getassignmentsresponse
type AssignmentsPage struct {
	Paging
	Assignments []Assignment `json:"assignments"`
}

type assignmentsAnswer struct {
	fault
	AssignmentsPage
}

func (a *assignmentsAnswer) list(r *jsonReader, name []byte) bool {
	if string(name) != "assignments" {
		return false
	}
	readRecords(r, "assignments", &a.Assignments)
	return true
}
