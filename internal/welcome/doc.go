// Package welcome is the door for the invited person: the landing page behind
// a link, and its acts.
//
// It owns the routes under /i/, tells devices apart, and draws the QR code. It
// never decides anything about an invitation, never shows Apple's link, and
// writes no link into a log.
package welcome
