// Package notice tells administrators by mail what they have to know.
//
// It owns the notices: written together with the fact that they are about,
// kept until a mail server has taken them for every administrator. It never
// decides what is worth a notice, and never writes to invited people.
package notice
