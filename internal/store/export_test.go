package store

import "context"

// Elsewhere is for the test that holds it equal to vpp.Location.Elsewhere.
const Elsewhere = elsewhere

// Listen lets a test see every statement with its arguments. It is called
// after Use.
func (db *DB) Listen(hear func(query string, args []any)) {
	db.backend = listening{db.backend, hear}
}

type listening struct {
	backend
	hear func(query string, args []any)
}

func (l listening) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	l.hear(query, args)
	return l.backend.Exec(ctx, query, args...)
}

func (l listening) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	l.hear(query, args)
	return l.backend.Query(ctx, query, args...)
}

func (l listening) inTx(ctx context.Context, fn func(tx) error) error {
	return l.backend.inTx(ctx, func(t tx) error { return fn(listeningTx{t, l.hear}) })
}

type listeningTx struct {
	tx
	hear func(query string, args []any)
}

func (l listeningTx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	l.hear(query, args)
	return l.tx.Exec(ctx, query, args...)
}

func (l listeningTx) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	l.hear(query, args)
	return l.tx.Query(ctx, query, args...)
}
