//! Every way in which the store of these tests is broken, by the promise that it breaks first.

macro_rules! faults {
    ($($promise:literal: $($fault:ident)+;)+) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Fault {
            None,
            /// Sound: it takes no lock when it looks for what is due, and looks again before it writes.
            NoneAsItLooksAgain,
            $($($fault,)+)+
        }

        pub const BROKEN: &[(Fault, &str)] = &[$($((Fault::$fault, $promise),)+)+];
    };
}

faults! {
    // What is saved.
    "the store gives back exactly what was saved last, and nothing for an unknown id":
        LoadsOneBefore KeepsMilliseconds ShortIds;
    "save takes what is right": SavesOneAtATime;
    "an update that expects a session is in conflict with none": UpdatesInsert;
    "an update that expects no session is in conflict with one": InsertsOverwrite;
    "an update that expects another version is in conflict": IgnoresVersions TakesNewerVersions;
    "a conflict leaves what is stored as it was": WritesBeforeItRefuses;
    "one update in conflict refuses them all": NotAtomic;
    "the largest session comes back as it was": CutsLargeSnapshots;
    "what was saved and leased is still there when the store is opened again":
        ForgetsSessions ForgetsWakes ForgetsLeases ForgetsWhatWasInVain;

    // What is found.
    "find gives every open session of the number": FindsOne FindsNothingToCome;
    "find gives no session of another number": FindsByFirstNumber FindsOthers;
    "find gives sessions whose end was stored ten minutes ago or later":
        FindsOpenOnly FindsShortOfTenMinutes FindsByTheEndItself;
    "find gives no session whose end was stored more than ten minutes ago":
        FindsForEver FindsInMilliseconds;
    "find gives no session that was erased": FindsErased;

    // What is due.
    "lease_due gives the sessions whose wake is now or past": DueAfterItsWake;
    "lease_due gives no session before its wake, to the microsecond": WakesInMilliseconds;
    "the wake of a session is that of its last save": WakeOfTheFirstSave WakeNeverEarlier;
    "an ended session is never due": EndedStayDue;
    "lease_due gives no more sessions than asked for, and leases no others":
        NoLimit LeasesMoreThanItGives LeasesOneAtLeast;
    "lease_due gives the most overdue first": NewestFirst SmallestIdFirst InVainFirst;
    "what was leased in vain gets half of a batch, and what one half leaves empty is the other's":
        NoHalves NewFirst OldFirst LargerHalfInVain LeavesHalfEmpty;
    "what was leased in vain comes in turn": InVainByWake;
    "what was saved since it was leased wasn't leased in vain": OnceLeasedAlwaysInVain;
    "next_due is the earliest instant later than now at which a session becomes due":
        NextIsNow NextIsAny NextIsAnyWake NextWithoutLeased NextIsTheEndOfALease;

    // Leases.
    "a leased session is given to nobody else": NoLeases LeasesASecondLess;
    "a lease is over exactly at its end": LeasesForEver LeasesAMicrosecondMore;
    "a save touches no lease": SavesEndLeases SavesRenewLeases;
    "a lease says which session is leased, and until when": SaysAnotherEnd;
    "a lease says whether it is the first one since the last save": AlwaysFirst NeverFirst FirstInItsLife;
    "renew puts off the end of a lease, to the microsecond":
        RenewDoesNothing RenewSaysNothing RenewsInMilliseconds RenewsTheVersionLeased;
    "renew of a lease that isn't the session's any more answers false and does nothing":
        RenewsWhateverThereIs RenewsTheLeaseBefore RenewAlwaysSaysYes;
    "what was given back is due again at once": GiveBackDoesNothing GivesBackByTheFirstEnd;
    "what was given back is as if it hadn't been leased":
        GivenBackInVain GivenBackToTheEndOfTheLine GivenBackAsIfNotSaved GivenBackAsFirst;
    "give_back of a lease that isn't the session's any more does nothing": GivesBackWhateverThereIs;

    // Several at once.
    "of several saves over one version exactly one wins":
        ChecksThenWaits InsertsAfterAWait WritesOneByOne RefusesEverybodyInARace;
    "of several calls of lease_due at once exactly one gets a session": LooksThenLeases;
    "a save and a lease at the same time both hold": LeasesTheVersionItSaw SavesTheLeaseItSaw;
    "who is in another's way meets a conflict, not an error": DeadlocksAreErrors;

    // What can't be read.
    "a session that can't be read is leased as any other":
        SkipsUnreadable UnreadableWithoutLease UnreadableNeverFirst;
    "load of a session that can't be read fails": LoadsNothingUnreadable;
    "find of a number of a session that can't be read fails": FindsWhatIsReadable;
    "a session that can't be read is in nobody's way":
        UnreadableStopsLeases UnreadableStopsFind UnreadableStopsNext;

    "the store works": Fails;
}
