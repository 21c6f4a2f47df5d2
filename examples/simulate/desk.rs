//! What a host is asked, what it answers, and whether the answer is the model's.

use beian::{
    DeliveryReport, DeliveryReportOutcome, Entry, MessageId, Recipients, ResendRequest,
    host::{Desk, HostError, Resent, Submitted},
    testkit::seed,
};

use crate::{
    host::Host,
    hub::{Command, Task},
    orders::Somebody,
    reference::{
        self, RoundId,
        against::{self, Difference, same},
    },
};

#[derive(Clone)]
pub enum Asked {
    Open {
        id: RoundId,
        recipients: Recipients,
        people: Vec<(u64, Vec<u64>)>,
        previous: Option<RoundId>,
    },
    Submit {
        who: Somebody,
        code: u32,
        id: String,
        submission: Option<u128>,
    },
    Resend {
        who: Somebody,
        id: String,
    },
    Report(MessageId, DeliveryReport),
    Withdraw(RoundId),
    Erase(RoundId),
    Dispatch,
}

pub enum Answer {
    Opened,
    Submitted(Submitted),
    Resent(Resent),
    Reported(DeliveryReportOutcome),
    Withdrawn,
    Erased,
    /// With what took longer than the sender said.
    Dispatched(Vec<MessageId>),
    /// The rules say no.
    Refused,
    /// The round is there already, the one before it isn't over, or has no IDs any more, or none whose key
    /// is known (D25).
    NotOpened,
    /// Others were faster every time (D20).
    Busy,
    /// The host died on the way.
    Dead,
}

impl Asked {
    pub fn command(&self) -> Command {
        match self {
            Self::Open {
                id,
                recipients,
                people,
                previous,
            } => Command::Open {
                id: *id,
                people: people.clone(),
                policy: against::policy(recipients.policy()),
                carried: previous
                    .filter(|_| recipients.iter().all(|one| one.last_sixes().is_empty())),
            },
            Self::Submit {
                who,
                code,
                id,
                submission,
            } => Command::Submit(reference::Entry {
                number: who.number(),
                code: *code,
                id: against::id(id),
                submission: *submission,
            }),
            Self::Resend { who, id } => Command::Resend {
                number: who.number(),
                id: against::id(id),
            },
            Self::Report(message, report) => Command::Report {
                place: (
                    usize::from(message.recipient),
                    usize::from(message.number),
                    message.attempt,
                ),
                report: against::report(*report),
            },
            Self::Withdraw(_) => Command::Withdraw,
            Self::Erase(_) => Command::Erase,
            Self::Dispatch => Command::Dispatch,
        }
    }

    pub async fn perform(&self, desk: &Desk<Host>) -> Answer {
        match self {
            Self::Open {
                id,
                recipients,
                previous,
                ..
            } => {
                let entropy = seed(*id as u64);
                let opened = match previous {
                    Some(previous) => desk.open_again(*id, recipients, entropy, *previous).await,
                    None => desk.open(*id, recipients, entropy).await,
                };
                opened.map_or_else(Answer::because, |_| Answer::Opened)
            }
            Self::Submit {
                who,
                code,
                id,
                submission,
            } => {
                let entry = Entry::parse(&who.digits(), &format!("{code:06}"), id);
                let mut entry = entry.unwrap();
                if let Some(submission) = submission {
                    entry = entry.with_submission_id(*submission);
                }
                let submitted = desk.submit(&entry).await;
                submitted.map_or_else(Answer::because, Answer::Submitted)
            }
            Self::Resend { who, id } => {
                let request = ResendRequest::parse(&who.digits(), id).unwrap();
                let resent = desk.resend(&request).await;
                resent.map_or_else(Answer::because, Answer::Resent)
            }
            Self::Report(message, report) => {
                let reported = desk.report(*message, *report).await;
                reported.map_or_else(Answer::because, Answer::Reported)
            }
            Self::Withdraw(id) => {
                let withdrawn = desk.withdraw(*id).await;
                withdrawn.map_or_else(Answer::because, |_| Answer::Withdrawn)
            }
            Self::Erase(id) => {
                let erased = desk.erase(*id).await;
                erased.map_or_else(Answer::because, |_| Answer::Erased)
            }
            Self::Dispatch => {
                let dispatched = desk.dispatch(desk.store()).await;
                dispatched.map_or_else(Answer::because, |done| Answer::Dispatched(done.slow))
            }
        }
    }
}

impl Answer {
    #[expect(
        clippy::needless_pass_by_value,
        reason = "handed over by `map_or_else`"
    )]
    fn because<E>(error: HostError<E>) -> Self {
        match error {
            HostError::Conflict => Self::Busy,
            HostError::Refused(_) => Self::Refused,
            _ => Self::NotOpened,
        }
    }

    /// Nothing is answered that wasn't stored (4, D20), and what is answered is the model's.
    pub fn check(&self, task: &Task) -> Result<(), Difference> {
        let stored = |happened: bool| same("stored before it is answered", &task.saved, &happened);
        match self {
            Self::Submitted(submitted) => {
                stored(task.moved())?;
                task.same_left_out(submitted.left_out())?;
                against::same_submitted(submitted, &task.entry)
            }
            Self::Resent(resent) => {
                stored(task.moved())?;
                task.same_left_out(resent.left_out())?;
                against::same_resent(resent, &task.resend)
            }
            Self::Reported(outcome) => {
                stored(true)?;
                same(
                    "applied",
                    &Some(*outcome == DeliveryReportOutcome::Applied),
                    &task.applied,
                )
            }
            Self::Opened | Self::Withdrawn | Self::Erased => stored(true),
            Self::Refused => same("refused", &true, &task.would_refuse()),
            Self::NotOpened => {
                let opens = matches!(task.command, Command::Open { .. });
                same("a call that fails opens", &true, &opens)
            }
            Self::Dispatched(slow) => {
                let named = task.slow.iter().all(|id| slow.contains(id));
                same("what took longer is named", &named, &true)
            }
            Self::Busy | Self::Dead => Ok(()),
        }
    }
}
