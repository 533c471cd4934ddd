package mail

import (
	"net"
	"sync"
	"time"
)

// mostAnswer is how many bytes a mail server may say within one step. Without
// it a hostile server could fill the memory with an answer that never ends.
const mostAnswer = 256 << 10

// wire is a connection with patience per step, a bound on what the other side
// may say, and a switch that ends whatever it is doing.
type wire struct {
	net.Conn

	mu          sync.Mutex
	left        int
	interrupted bool
}

// arm begins a step: the other side has this long and this much.
func (w *wire) arm(patience time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.left = mostAnswer
	if !w.interrupted {
		_ = w.Conn.SetDeadline(time.Now().Add(patience)) // a broken connection shows itself at the next read
	}
}

// interrupt makes every read and write end at once, for good.
func (w *wire) interrupt() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.interrupted = true
	_ = w.Conn.SetDeadline(time.Unix(1, 0)) // the same
}

func (w *wire) wasInterrupted() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.interrupted
}

func (w *wire) Read(into []byte) (int, error) {
	w.mu.Lock()
	left := w.left
	w.mu.Unlock()
	if left <= 0 {
		return 0, errTooMuch
	}
	n, err := w.Conn.Read(into[:min(len(into), left)])
	w.mu.Lock()
	w.left -= n
	w.mu.Unlock()
	return n, err
}
