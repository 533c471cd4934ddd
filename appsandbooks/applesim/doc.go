// Package applesim is a pretend Apple: the Apps and Books service over HTTP, version 2 and the legacy version 1, for tests,
// demonstrations and rehearsals.
//
// It owns locations with their content tokens, users and their whole past, assets, licenses and who holds them,
// asynchronous events, notifications, the sign-in page behind an invitation, and switches for faults and for every point
// that Apple leaves unsaid. Its wire shapes are written from Apple's pages, independently of any client, so that one
// mistake cannot hide another.
//
// It never talks to the real Apple and never needs a real Apple Account. Nobody has subscriptions here: the addresses
// answer, in Apple's shapes, as they would to an organization without any.
//
// # In a test
//
//	apple, err := applesim.NewServer(applesim.Options{Locations: []applesim.Location{{UID: "1000000000000001"}}})
//	token, err := apple.MintToken("1000000000000001", applesim.TokenOptions{})
//	err = apple.AddAsset("1000000000000001", applesim.App("361309726", 100))
//	// a client for apple.BaseURL() and token.Content …
//	err = apple.Close()
//
// [Apple.Seed] and [Apple.SeedAssignments] invent a million users and assignments in seconds. What truly is, whatever a
// client was told, say [Apple.Users], [Apple.Assets], [Apple.Assignments] and [Apple.Events]; what was asked, [Apple.Calls].
// [Apple.Accept], [Apple.Buy], [Apple.AssignByHand] and [Apple.RetireByHand] do what people do behind a client's back.
//
// # What may befall
//
// [Apple.SetOwner] and [Server.Rival] let another server take a location, behind everybody's back or by the front door.
// [Apple.RevokeToken], [Apple.ExpireToken], [Apple.InvalidateToken], [Apple.SetTokenReadOnly], [Apple.SetTokenLegacy],
// [Apple.SetTokenExpiry] and [Apple.ReplaceToken] do to tokens what befalls them; [Apple.SetOutage] takes the whole service
// away. A [TimeLapse] lets people accept and licenses be bought as time passes. With Options.Control all of that can be done
// by hand on the page at /, and by programs with POST to /internal/, from the same machine only.
//
// # What Apple leaves unsaid
//
// Each point is a member of [Quirks]. A client should be right whichever way each one falls.
//
//	point                                        by default                           otherwise
//	a bad bearer value                           9622 inside HTTP 200, as seen live   InvalidToken401
//	other errors about the token                 HTTP 401 with Apple's error          AuthErrorsIn200, Empty401
//	no Authorization header                      9601                                 MissingAuth9722
//	a POST without Content-Type                  taken for JSON, as seen live         NoContentTypeRefused (9727/415)
//	tokenExpirationDate                          always                               ExpirationInLast15Days
//	mdmInfo that nobody wrote                    absent                               NullMDMInfo
//	an empty list                                []                                   EmptyListAbsent
//	lengths are counted in                       characters                           LengthInBytes
//	Retry-After with 9646/429                    none                                 RetryAfterOn429
//	a sixth page read at once                    served and counted                   ParallelReadsRefused
//
//	POST client/config leaves out a member       it keeps its value                   PostReplacesConfig
//	empty notificationUrl and token              clear both                           ClearingRefused (9712)
//	mdmInfo of empty strings                     kept and echoed                      EmptyMDMInfo=1 clears it, =2 refuses (9723)
//	a TEST_NOTIFICATION that is not accepted     9728                                 TestFailureNumber=n; -1: taken all the same
//
//	GET users with an unknown clientUserId       empty list                           UnknownUserRead9609
//	GET users with activeOnly and retiredOnly    9602                                 BothFlagsEmpty
//	GET users with managedAppleId                who is bound to it                   ManagedAppleIDIgnored: all users
//	a delta with filters                         they apply                           DeltaIgnoresFilters
//	a delta over something changed twice         lists it once                        DeltaRepeats
//	a delta of assignments over a removed one    says nothing of it                   DeltaListsRemoved, like any other
//	a write is seen by the next read             at once                              ReadLag=2s
//	pages of a filtered list                     full but the last                    SparsePages
//	a versionId is known                         for ever                             VersionTTL=1h
//
//	update and retire of an unknown user         asynchronous 9609                    UnknownUserSync (9609/400)
//	retire of a retired user                     9609                                 RetireTwiceSucceeds
//	create of a retired, never associated user   a further record                     ReuseRetired
//	the same account accepts again               the new record lives                 SameAccount=1 the old one, =2 the old one is Deleted
//	a new address for an invited user            the inviteCode stays                 RotateInviteOnEmail
//	an inviteCode is good                        for ever                             InviteTTL=1h
//	inviteCode of an associated user             absent in GET users                  InviteCodeOnAssociated
//	the longest clientUserId                     any                                  MaxClientUserID=n (9602)
//
//	assigning to an unknown user                 9609/400 at once, as seen live       UnknownAssigneeAsync
//	assigning to a user not associated yet       allowed                              RegisteredHoldsNothing (as unknown)
//	an asset that the location does not own      asynchronous 9709                    UnknownAssetSync (9602/400)
//	no pricingParam                              STDQ                                 DefaultPricing=1 what is owned, =2 refused (9602)
//	assigning what the holder has                success, no count changes            AssignTwiceNumber=9616
//	taking back what the holder has not          success                              UnassignAbsentNumber=9619
//	numRequested of a revoke                     users and devices named              RevokeCountsAssignments
//
//	an eventId is known                          for ever                             EventTTL=1h
//	the status after the work is done            final at once                        StatusLag=1m
//	USER_ASSOCIATED for managed accounts         none                                 NotifyManaged
//	notifications of work in Apple's portal      none                                 NotifyPortal
//	ASSET_MANAGEMENT for what a retire frees     none                                 NotifyRetireAssets
//	UNLIMITED_ASSET for a new unlimited asset    none                                 UnlimitedNote=1 with adamId and pricingParam, =2 empty
//
//	the store's lookup with a wrong cookie       isAuthenticated is false             LookupForbidden (40300/403)
//	version 1 under its older address            served                               OldAddressMoved (9617)
//	identical calls to manage licenses           any number                           SameManageLimit=n (9632 beyond)
//	identical assignments that fail              9616 and 9610                        SameFailureLimit=n (9630, 9631 beyond)
//	editVPPUserSrv of a retired user by name     edited, as Apple's own simulator did EditRetired9609
//
// Lost, doubled, late and overtaking notifications, and everything else that merely goes wrong, are [Faults].
package applesim
