package mdmtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
)

// FreeAddress returns an address of this machine on which nobody listens, for
// a program that has to be told one. Its port is below those that systems give
// to whoever asks for any, or one of many connections might take it meanwhile.
func FreeAddress(ctx context.Context) (string, error) {
	const lowest, ports, tries = 15_000, 15_000, 100
	var errs []error
	for range tries {
		address := fmt.Sprintf("127.0.0.1:%d", lowest+rand.IntN(ports))
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
		if err == nil {
			return address, l.Close()
		}
		errs = append(errs, err)
	}
	return "", errors.Join(errs...)
}
