package main

import (
	"bytes"
	"context"
	"time"
)

// profile gets an enrollment profile for a person, as an administrator does.
func (f *fleet) profile(ctx context.Context, owner string) ([]byte, error) {
	var file bytes.Buffer
	var err error
	for range enrollTries {
		file.Reset()
		if err = f.server.Profile(ctx, owner, &file); err == nil {
			return file.Bytes(), nil
		}
		if sleep(ctx, 250*time.Millisecond) != nil {
			break
		}
	}
	return nil, err
}
