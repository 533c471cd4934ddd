// Package connect looks after the MDM servers that an organization has
// already: they are connected, tried, asked for their devices and for answers,
// listened to, and disconnected.
//
// It owns which servers there are, their sealed keys and the secrets of their
// reports. It never speaks their languages, and never decides who is invited.
package connect
