// Package appsandbooks is a client of Apple's Apps and Books API, version 2,
// in Apple's words: what device management servers call to bring users into
// Apple's Volume Purchase Program and to assign them apps and books.
//
// It owns the calls, their wire types, Apple's error numbers, the pace and the
// pauses Apple asks for, the content token file, and the notifications. It
// never decides what ought to be done, never stores anything, and never prints
// a content token, an invite code or an invitation link: those are [Secret].
// The applesim folder beside it is an Apple to try it on.
//
// # Begin
//
// Read the token file with [ParseContentToken], give its Bearer to [New], and
// see with [Client.ClientConfig] whether Apple accepts it and who claims the
// organizational unit. Keep one [Client] per token; all methods may be called
// from many goroutines. Several tokens may lead to the same unit: Envelope.UID
// tells. Addresses and limits come from [Client.ServiceConfig], which the
// client reads and re-reads by itself; it sends the token to no other host
// than Config.BaseURL's.
//
// # Users
//
// [Client.CreateUsers], [Client.UpdateUsers] and [Client.RetireUsers] ask for
// changes, [Client.Users] reads a page and [Client.WalkUsers] all of them. A
// Registered user has an invite code, which [Client.InvitationURL] makes into
// the link to send: Apple sends none. Once the person has accepted, the user
// is Associated. For one ClientUserID there may be any number of Retired
// records beside at most one live one, so it is no key.
//
// # Assets and assignments
//
// An [Asset] is an app or a book with its licenses; AdamID and PricingParam
// together are its key. [Client.Assets] and [Client.WalkAssets] read them,
// [Client.Assignments] and [Client.WalkAssignments] who has which.
// [Client.AssociateAssets] and [Client.DisassociateAssets] give every asset
// named to, or take it from, every user and every device named;
// [Client.RevokeAssets] takes back all that can be. Books can not be.
//
// # Events
//
// All that changes users or assignments returns a receipt, [EventResponse]. It
// means "accepted", not "done". Wait for a notification with its EventID; after
// [StatusAfter] ask [Client.EventStatus], no more often than [StatusEvery].
// [Failed] is said although parts may have succeeded: Failures name those that
// did not. Then read, and believe what you read. Apple promises no order
// between events: what builds upon another waits until that is [Complete].
//
// # Pages and deltas
//
// Walks hand over pages in order, one at a time, while up to five are read
// ahead. They end with a [*PageError] when pages repeat, skip or lead back.
// A [Walk] has the version of its first page: pass it as SinceVersionID to get
// what changed since (users and assignments alone). When Apple has forgotten
// it the error is [ErrUnknownVersion]: read everything. What is missing from a
// delta, or from a walk that says Moved, proves nothing; read everything now
// and then.
//
// # Notifications
//
// Name an address with [Client.SetClientConfig]; Apple tries it before that
// call returns. Read what comes with [DecodeNotification], after comparing the
// bearer token. Apple tries each up to three times in a few minutes, sends some
// twice and splits large ones: know them by ID, let them wake a read, and never
// rely on them alone.
//
// # Ownership
//
// Apple lets any number of services manage the same unit, and tells none of
// the others. Write an MDMInfo of your own with [Client.SetClientConfig], see
// it in every [Envelope] by way of Hooks.OnEnvelope, and stop writing when
// another's stands there.
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
//
// Calls are spaced to Apple's limit, which holds for all programs with the
// same token together. Share a [Pacer], and pass on Hooks.OnWait, where there
// are several.
//
// # What is not here
//
// Subscriptions: their notifications are decoded and their error numbers have
// names, but there are no calls. The store's metadata (names, icons, prices).
// The old API (version 1), but for its error numbers.
package appsandbooks
