// Package appsandbooks is a client of Apple's Apps and Books API, version 2,
// in Apple's words: what device management servers call to bring users into
// Apple's Volume Purchase Program.
//
// It owns the calls, their wire types, Apple's error numbers, the pace and the
// pauses Apple asks for, the content token file, and the notifications. It
// never decides what ought to be done, never stores anything, and never prints
// a content token, an invite code or an invitation link: those are [Secret].
//
// # Begin
//
// Read the token file with [ParseContentToken], give its Bearer to [New], and
// see with [Client.ClientConfig] whether Apple accepts it and who claims the
// organizational unit. Keep one [Client] per token; all methods may be called
// from many goroutines. Addresses and limits come from [Client.ServiceConfig],
// which the client reads and re-reads by itself.
//
// # Users
//
// [Client.CreateUsers], [Client.UpdateUsers] and [Client.RetireUsers] return a
// receipt. It means "accepted", not "done". Follow it with
// [Client.EventStatus] or a notification ([DecodeNotification]), then read
// with [Client.Users] or [Client.WalkUsers]. A Registered user has an invite
// code, which [Client.InvitationURL] makes into the link to send.
//
// # Deltas
//
// [Client.WalkUsers] returns the version of the first page. Pass it as
// SinceVersionID to get what changed since. When Apple has forgotten it the
// error is [ErrUnknownVersion]: read everything. What is missing from a delta
// proves nothing; read everything now and then.
//
// # Errors
//
// What Apple says is an [*Error] with a number, whichever HTTP status it came
// with, 200 included; ask with [IsNumber], or errors.Is with [ErrTokenRefused]
// and [ErrUnknownVersion]. What is refused before it is sent has the number
// Apple would have used, and HTTPStatus 0. What does not look like Apple is an
// [*UnexpectedAnswerError]; a service config that cannot be trusted a
// [*ServiceConfigError]; pages that contradict themselves a [*PageError].
//
// # Trying again
//
// GET calls are tried again after network errors, 5xx, 429 and the numbers by
// which Apple says that it is unwell; Retry-After is obeyed on every 5xx and
// on 429, and stops the whole client, see [Client.Hold]. POST calls are tried
// again only when they were surely not carried out (429 or 9646, 503 with
// Apple's error or Retry-After, no connection) or when Apple itself says to
// send them again (9603, 9644, 9729). Any other failure of a POST is
// [ErrOutcomeUnknown]: read, and see, before sending it again.
//
// Nobody waits longer than Config.MaxWait in one call, or into the deadline of
// the context: what would wait longer ends with a [*WaitError] that says until
// when, so that a job can be scheduled anew instead of blocking a worker.
package appsandbooks
