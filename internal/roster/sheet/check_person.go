package sheet

import "github.com/rsvpp/rsvpp/internal/vpp"

// CheckPerson cleans and completes a person that came from somewhere else than
// a file, by the same rules as a row, and says what is wrong with it.
func CheckPerson(p *Person) *vpp.Error {
	for _, f := range Fields() {
		if f == Groups {
			continue
		}
		v, fault := clean(f, *p.text(f))
		if fault != nil {
			return fault
		}
		*p.text(f) = v
	}
	names := make([]string, 0, len(p.Groups))
	for _, g := range p.Groups {
		v, fault := clean(Groups, g)
		if fault != nil {
			return fault
		}
		if v != "" {
			names = append(names, v)
		}
	}
	var fault *vpp.Error
	if p.Groups, fault = checkGroups(names); fault != nil {
		return fault
	}
	return newChecker(nil, 0, limits{}).person(p)
}
