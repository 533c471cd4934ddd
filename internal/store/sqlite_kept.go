package store

import (
	"context"
	"database/sql/driver"
	"strings"

	"modernc.org/sqlite"
)

// keptStatements is how many statements a connection keeps prepared. SQLite
// takes as long to prepare a statement of many rows as to carry it out.
const keptStatements = 96

// keeping opens connections that keep their statements.
type keeping struct{ driver.Connector }

func openKeeping(dsn string) (driver.Connector, error) {
	c, err := sqlite.NewConnector(dsn)
	return keeping{c}, err
}

// Connect implements driver.Connector.
func (k keeping) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := k.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	able, ok := c.(sqliteConn)
	if !ok {
		return c, nil
	}
	return &keptConn{sqliteConn: able, kept: map[string]*keptStatement{}}, nil
}

// sqliteConn is what the driver's connections can do.
type sqliteConn interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ConnBeginTx
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// keptConn keeps the statements that were used last. database/sql lets only
// one goroutine at a time use a connection.
type keptConn struct {
	sqliteConn
	kept map[string]*keptStatement
	uses int64
}

type keptStatement struct {
	sqliteStatement
	used int64
	busy bool // its rows are being read
}

type sqliteStatement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// ExecContext implements driver.ExecerContext.
func (c *keptConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.sqliteConn.ExecContext(ctx, query, args)
	}
	return s.ExecContext(ctx, args)
}

// QueryContext implements driver.QueryerContext.
func (c *keptConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.sqliteConn.QueryContext(ctx, query, args)
	}
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	s.busy = true
	return keptRows{rows, s}, nil
}

// keptRows gives its statement free when it is closed.
type keptRows struct {
	driver.Rows
	of *keptStatement
}

// Close implements driver.Rows.
func (r keptRows) Close() error {
	r.of.busy = false
	return r.Rows.Close()
}

// statement returns the kept statement of a query, nil where none can be kept.
func (c *keptConn) statement(ctx context.Context, query string) (*keptStatement, error) {
	c.uses++
	if s := c.kept[query]; s != nil {
		if s.busy {
			return nil, nil //nolint:nilnil // it is run without being kept
		}
		s.used = c.uses
		return s, nil
	}
	if !keepable(query) {
		return nil, nil //nolint:nilnil // the same
	}
	p, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s := &keptStatement{used: c.uses}
	s.sqliteStatement, _ = p.(sqliteStatement)
	if err := c.makeRoom(); err != nil {
		return nil, err
	}
	c.kept[query] = s
	return s, nil
}

// keepable says whether a query is worth keeping: what changes the schema is
// run once, and may be several statements in one.
func keepable(query string) bool {
	query = strings.TrimSpace(query)
	for strings.HasPrefix(query, "--") { // the queue's begin with their names
		_, query, _ = strings.Cut(query, "\n")
		query = strings.TrimSpace(query)
	}
	verb := query
	if end := strings.IndexAny(query, " \n\t"); end > 0 {
		verb = query[:end]
	}
	switch strings.ToUpper(verb) {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH":
		return true
	}
	return false
}

// makeRoom forgets the statement that was used longest ago.
func (c *keptConn) makeRoom() error {
	if len(c.kept) < keptStatements {
		return nil
	}
	oldest, least := "", c.uses+1
	for query, s := range c.kept {
		if !s.busy && s.used < least {
			oldest, least = query, s.used
		}
	}
	s := c.kept[oldest]
	if s == nil { // all are being read
		return nil
	}
	delete(c.kept, oldest)
	return s.Close()
}

// Close implements driver.Conn.
func (c *keptConn) Close() error {
	for query, s := range c.kept {
		_ = s.Close()
		delete(c.kept, query)
	}
	return c.sqliteConn.Close()
}
