// Package queue carries promised work: jobs are kept in the database, run at
// least once, tried again when they fail, on one node or on many.
//
// It owns River, its tables and its settings. It never knows what a job does.
package queue

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Config holds what differs between production and rehearsals.
type Config struct {
	Logger      *slog.Logger
	JobTimeout  time.Duration // a job is stopped after; default 1 minute
	RescueAfter time.Duration // a job of a dead node is taken over after; more than JobTimeout, default + 15 s
	Clock       vpp.Clock
}

// Queue runs jobs. Handlers are added before Start.
type Queue struct {
	config   Config
	workers  *river.Workers
	queues   map[string]river.QueueConfig
	periodic []*river.PeriodicJob

	sqlite   *sql.DB
	pool     *pgxpool.Pool
	ofSQL    *river.Client[*sql.Tx]
	ofPgx    *river.Client[pgx.Tx]
	stopping func(context.Context) error
}

// New prepares a queue on one of the two databases and brings River's tables
// up to date. Jobs may be promised at once; they run after Start.
func New(ctx context.Context, sqlite *sql.DB, pool *pgxpool.Pool, config Config) (*Queue, error) {
	if config.JobTimeout == 0 {
		config.JobTimeout = time.Minute
	}
	if config.RescueAfter == 0 {
		config.RescueAfter = config.JobTimeout + 15*time.Second
	}
	q := &Queue{config: config, workers: river.NewWorkers(), queues: map[string]river.QueueConfig{}, sqlite: sqlite, pool: pool}
	var err error
	if pool != nil {
		q.ofPgx, err = inserter(ctx, riverpgxv5.New(pool), config.Logger)
	} else {
		q.ofSQL, err = inserter(ctx, riversqlite.New(sqlite), config.Logger)
	}
	if err != nil {
		return nil, vpp.Wrap(vpp.Internal, err, "The queue's tables cannot be brought up to date.")
	}
	return q, nil
}

// inserter migrates River's tables and makes a client that only inserts.
func inserter[T any](ctx context.Context, driver riverdriver.Driver[T], logger *slog.Logger) (*river.Client[T], error) {
	migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: quiet(logger)})
	if err != nil {
		return nil, err
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return nil, err
	}
	return river.NewClient(driver, &river.Config{Logger: quiet(logger)})
}

// Handle says who runs the jobs of kind J, and how many of them at once on
// this node. A handler that returns *vpp.Later is run again at that time; any
// other error is logged and the job tried again.
func Handle[J vpp.Job](q *Queue, workers int, run func(context.Context, J) error) {
	handle(q, river.QueueConfig{MaxWorkers: workers}, run)
}

// HandleUnhurried is Handle for work of which nobody waits for the moment: it is
// looked for once a second. Each look is a write to the database.
func HandleUnhurried[J vpp.Job](q *Queue, workers int, run func(context.Context, J) error) {
	handle(q, river.QueueConfig{MaxWorkers: workers, FetchPollInterval: time.Second}, run)
}

func handle[J vpp.Job](q *Queue, config river.QueueConfig, run func(context.Context, J) error) {
	var zero J
	q.queues[queueOf(zero)] = config
	river.AddWorker(q.workers, river.WorkFunc(func(ctx context.Context, job *river.Job[J]) error {
		err := run(ctx, job.Args)
		if later, ok := errors.AsType[*vpp.Later](err); ok {
			return river.JobSnooze(max(0, later.At.Sub(q.config.Clock())))
		}
		return err
	}))
}

// Every promises job once per period, on one node of many, and at the start.
func (q *Queue) Every(period time.Duration, job vpp.Job) {
	q.periodic = append(q.periodic, river.NewPeriodicJob(river.PeriodicInterval(period),
		func() (river.JobArgs, *river.InsertOpts) {
			o := options(job)
			// A sweep that nobody got to is not worth a second one behind it; one
			// that is done, or failed, does not keep the next one away.
			o.UniqueOpts = river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
				rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateScheduled,
			}}
			return job, o
		}, &river.PeriodicJobOpts{RunOnStart: true}))
}

// Start runs jobs until Stop.
func (q *Queue) Start(ctx context.Context) error {
	config := &river.Config{
		Logger:                      quiet(q.config.Logger),
		Workers:                     q.workers,
		Queues:                      q.queues,
		PeriodicJobs:                q.periodic,
		JobTimeout:                  q.config.JobTimeout,
		RescueStuckJobsAfter:        q.config.RescueAfter,
		FetchCooldown:               10 * time.Millisecond,
		FetchPollInterval:           250 * time.Millisecond, // new jobs are told of at once; this finds those put off
		CompletedJobRetentionPeriod: time.Hour,
		RetryPolicy:                 retry{q.config.Clock},
		ErrorHandler:                reporter{q.config.Logger},
	}
	// The client's life is ended by Stop, so that running jobs may finish.
	ctx = context.WithoutCancel(ctx)
	if q.pool != nil {
		return start(ctx, q, riverpgxv5.New(q.pool), config)
	}
	return start(ctx, q, riversqlite.New(q.sqlite), config)
}

func start[T any](ctx context.Context, q *Queue, driver riverdriver.Driver[T], config *river.Config) error {
	client, err := river.NewClient(driver, config)
	if err != nil {
		return err
	}
	q.stopping = func(ctx context.Context) error {
		if err := client.Stop(ctx); err == nil {
			return nil
		}
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		return client.StopAndCancel(end)
	}
	return client.Start(ctx)
}

// Stop lets running jobs finish until ctx ends, then cancels them.
func (q *Queue) Stop(ctx context.Context) error {
	if q.stopping == nil {
		return nil
	}
	return q.stopping(ctx)
}

// InsertSQL promises jobs in a transaction on SQLite.
func (q *Queue) InsertSQL(ctx context.Context, tx *sql.Tx, jobs []vpp.Job) error {
	_, err := q.ofSQL.InsertManyTx(ctx, tx, params(jobs))
	return err
}

// InsertPgx promises jobs in a transaction on PostgreSQL.
func (q *Queue) InsertPgx(ctx context.Context, tx pgx.Tx, jobs []vpp.Job) error {
	_, err := q.ofPgx.InsertManyTx(ctx, tx, params(jobs))
	return err
}

func params(jobs []vpp.Job) []river.InsertManyParams {
	list := make([]river.InsertManyParams, len(jobs))
	for i, j := range jobs {
		list[i] = river.InsertManyParams{Args: j, InsertOpts: options(j)}
	}
	return list
}

// options: promised work is never given up, so the attempts are many.
func options(j vpp.Job) *river.InsertOpts {
	return &river.InsertOpts{Queue: queueOf(j), MaxAttempts: 10_000}
}

// queueOf is the room that does the job: the part of its kind before the dot.
func queueOf(j vpp.Job) string {
	room, _, _ := strings.Cut(j.Kind(), ".")
	return room
}

// retry waits 1, 2, 4 … seconds, five minutes at most.
type retry struct{ now vpp.Clock }

// NextRetry implements river.ClientRetryPolicy.
func (r retry) NextRetry(job *rivertype.JobRow) time.Time {
	return r.now().Add(min(time.Second<<min(len(job.Errors), 10), 5*time.Minute))
}

// reporter writes failed jobs to the log.
type reporter struct{ log *slog.Logger }

// HandleError implements river.ErrorHandler.
func (r reporter) HandleError(ctx context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	r.log.WarnContext(ctx, "job failed and will be tried again", "kind", job.Kind, "attempt", job.Attempt, "err", err)
	return nil
}

// HandlePanic implements river.ErrorHandler.
func (r reporter) HandlePanic(ctx context.Context, job *rivertype.JobRow, panicked any, trace string) *river.ErrorHandlerResult {
	r.log.ErrorContext(ctx, "job panicked and will be tried again", "kind", job.Kind, "attempt", job.Attempt, "panic", panicked, "trace", trace)
	return nil
}

// quiet keeps River's chatter out of the log, and what it says because it is
// being stopped; its other errors come through.
func quiet(l *slog.Logger) *slog.Logger { return slog.New(warnOnly{l.Handler()}) }

type warnOnly struct{ slog.Handler }

func (h warnOnly) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.Handler.Enabled(ctx, level)
}

// Handle drops complaints about the end that Stop brings.
func (h warnOnly) Handle(ctx context.Context, r slog.Record) error {
	ending := false
	r.Attrs(func(a slog.Attr) bool {
		ending = a.Value.String() == context.Canceled.Error()
		return !ending
	})
	if ending {
		return nil
	}
	return h.Handler.Handle(ctx, r)
}

func (h warnOnly) WithAttrs(a []slog.Attr) slog.Handler { return warnOnly{h.Handler.WithAttrs(a)} }
func (h warnOnly) WithGroup(n string) slog.Handler      { return warnOnly{h.Handler.WithGroup(n)} }
