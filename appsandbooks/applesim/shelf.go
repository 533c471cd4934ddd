package applesim

// shelf holds things in the order they were made, in boxes, so that growing never copies a million of them.
type shelf[T any] struct {
	boxes [][]T
	n     int
}

const boxSize = 1024

func (s *shelf[T]) at(i int32) *T { return &s.boxes[i/boxSize][i%boxSize] }

func (s *shelf[T]) add(v T) int32 {
	if s.n%boxSize == 0 {
		s.boxes = append(s.boxes, make([]T, 0, boxSize))
	}
	last := len(s.boxes) - 1
	s.boxes[last] = append(s.boxes[last], v)
	s.n++
	return int32(s.n - 1)
}
