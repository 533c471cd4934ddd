package vpp

// TaskFilter narrows the list of tasks. The zero value is all of them.
type TaskFilter struct {
	Open     bool // only what is not finished
	Kind     TaskKind
	Location LocationID
}

// Writes returns the write at Apple that a task of this kind asks for,
// WriteNone when it asks for none.
func (k TaskKind) Writes() Write {
	switch k {
	case TaskInvite, TaskResend:
		return WriteCreate
	case TaskDelete:
		return WriteRetire
	case TaskSync:
		return WriteUpdate
	}
	return WriteNone
}
