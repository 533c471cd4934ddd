package vpp

// Claim is what stands in Apple's mdmInfo: the service that says it manages a
// location. Apple keeps one per location, shows it with every answer, and lets
// the last writer win, so that every service compares it with its own.
// https://developer.apple.com/documentation/devicemanagement/mdminfo
type Claim struct {
	ID       string // one per installation of a service
	Name     string // what administrators call it
	Metadata string
}

// None says whether nobody claims the location.
func (c Claim) None() bool { return c.ID == "" }
