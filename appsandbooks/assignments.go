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

// Key names the asset. A PricingParam that Apple left out is spelt out.
func (a Assignment) Key() AssetKey { return AssetKey{a.AdamID, a.PricingParam}.orStandard() }

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

func (a *assignmentsAnswer) byHand(r *jsonReader, name []byte) bool {
	return listed(r, name, "assignments", &a.Assignments)
}

func (a *Assignment) member(r *jsonReader, name []byte) {
	switch string(name) {
	case "adamId":
		r.adamID("adamId", &a.AdamID)
	case "pricingParam":
		r.word("pricingParam", &a.PricingParam)
	case "clientUserId":
		r.text("clientUserId", &a.ClientUserID)
	case "serialNumber":
		r.text("serialNumber", &a.SerialNumber)
	case "idHash":
		r.text("idHash", &a.IDHash)
	case "userStatus":
		r.word("userStatus", (*string)(&a.UserStatus))
	default:
		r.raw()
	}
}
