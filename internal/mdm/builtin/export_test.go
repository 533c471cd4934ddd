package builtin

// Settle waits until nobody is being woken, so that a test knows who was.
func (s *Server) Settle() { s.waker.all.Wait() }
