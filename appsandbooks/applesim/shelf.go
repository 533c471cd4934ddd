package applesim

// shelf holds records in the order they were made, in boxes, so that growing never copies a million of them.
type shelf struct {
	boxes [][]record
	n     int
}

const boxSize = 1024

func (s *shelf) at(i int32) *record { return &s.boxes[i/boxSize][i%boxSize] }

func (s *shelf) add(r record) int32 {
	if s.n%boxSize == 0 {
		s.boxes = append(s.boxes, make([]record, 0, boxSize))
	}
	last := len(s.boxes) - 1
	s.boxes[last] = append(s.boxes[last], r)
	s.n++
	return int32(s.n - 1)
}
