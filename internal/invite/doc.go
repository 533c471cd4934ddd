// Package invite decides who may be invited and how, and follows each
// invitation to its end.
//
// It owns the doctor's verdicts, the runs, the letters and their outcomes, our
// links, and the story that answers why somebody is not registered. It never
// calls Apple and never writes what Apple says: it queues what is wanted, and
// program carries it there.
package invite
