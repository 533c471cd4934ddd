package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// stopWithin is how long requests and jobs may take to finish.
const stopWithin = 15 * time.Second

// run answers requests and does promised work until ctx ends.
func (v *server) run(ctx context.Context, l net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	returns, err := v.openBounces(ctx)
	if err != nil {
		return errors.Join(err, v.stop(v.gate.Server(v.handler)))
	}
	if !v.options.noWorkers {
		v.handleJobs()
		if err := v.queue.Start(ctx); err != nil {
			return err
		}
	}
	web := v.gate.Server(v.handler)
	web.RegisterOnShutdown(v.hub.close) // open event streams end
	failed := make(chan error, 2)
	go func() { failed <- web.Serve(l) }()
	if returns != nil {
		go func() {
			if err := returns.Serve(); err != nil {
				failed <- err
			}
		}()
	}
	go v.relay(ctx)
	go v.keepKeys(ctx)
	go v.locations.announceAll(ctx)
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	if returns != nil {
		err = errors.Join(err, returns.Close())
	}
	return errors.Join(err, v.stop(web))
}

// relay carries changes between nodes, and begins anew when the database
// breaks the line.
func (v *server) relay(ctx context.Context) {
	for ctx.Err() == nil {
		if err := v.db.RelayChanges(ctx); err == nil {
			return
		}
		_ = sleep(ctx, time.Second)
	}
}

func (v *server) stop(web *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	err := web.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = web.Close()
	}
	err = errors.Join(err, v.queue.Stop(ctx))
	v.mdm.Stop()
	return errors.Join(err, v.sender.Close(), v.db.Close())
}
