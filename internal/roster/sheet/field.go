package sheet

// Field is one of the things we know about a person, by its name in our own export.
type Field string

// The fields, in the order of our own export.
const (
	ExternalID     Field = "external_id"
	UserName       Field = "user_name"
	FirstName      Field = "first_name"
	LastName       Field = "last_name"
	FullName       Field = "full_name"
	Email          Field = "email"
	ManagedAppleID Field = "managed_apple_id"
	Groups         Field = "groups"
	Location       Field = "location"
	Locale         Field = "locale"
	Notes          Field = "notes"
)

// Fields lists all fields in the order of our own export.
func Fields() []Field {
	return []Field{ExternalID, UserName, FirstName, LastName, FullName, Email, ManagedAppleID, Groups, Location, Locale, Notes}
}

// Word is how the field is called on screen.
func (f Field) Word() string {
	switch f {
	case ExternalID:
		return "external id"
	case UserName:
		return "user name"
	case FirstName:
		return "first name"
	case LastName:
		return "last name"
	case FullName:
		return "full name"
	case Email:
		return "e-mail address"
	case ManagedAppleID:
		return "Managed Apple Account"
	}
	return string(f)
}

// longest is how many characters a value may have; of Groups, each group's name.
func (f Field) longest() int {
	switch f {
	case Email, ManagedAppleID:
		return 254 // RFC 5321, section 4.5.3.1.3, less the angle brackets
	case Locale:
		return 35 // RFC 5646, section 4.4.1
	case Notes:
		return 4000
	}
	return 255
}

// Person is one row's worth of a person. Every value is trimmed, in Unicode
// normalization form C, and free of control characters; only Notes may have
// line breaks. At least one of ExternalID, UserName and Email is set, and
// FullName always is.
type Person struct {
	ExternalID     string   `json:"external_id,omitempty"`
	UserName       string   `json:"user_name,omitempty"`
	FirstName      string   `json:"first_name,omitempty"`
	LastName       string   `json:"last_name,omitempty"`
	FullName       string   `json:"full_name,omitempty"`
	NameDerived    bool     `json:"name_derived,omitempty"` // FullName was made from the address or user name
	Email          string   `json:"email,omitempty"`
	ManagedAppleID string   `json:"managed_apple_id,omitempty"`
	Groups         []string `json:"groups,omitempty"`
	Location       string   `json:"location,omitempty"` // a name, not an id
	Locale         string   `json:"locale,omitempty"`   // a BCP 47 tag
	Notes          string   `json:"notes,omitempty"`
}

// text returns where the field's value is kept; nil for Groups.
func (p *Person) text(f Field) *string {
	switch f {
	case ExternalID:
		return &p.ExternalID
	case UserName:
		return &p.UserName
	case FirstName:
		return &p.FirstName
	case LastName:
		return &p.LastName
	case FullName:
		return &p.FullName
	case Email:
		return &p.Email
	case ManagedAppleID:
		return &p.ManagedAppleID
	case Location:
		return &p.Location
	case Locale:
		return &p.Locale
	case Notes:
		return &p.Notes
	}
	return nil
}
