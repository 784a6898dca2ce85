//! What follows a call of a bulk write. Pure: the executor sends, and does what this says.

use std::collections::HashMap;

use crate::model::change::{Change, Outcome};
use crate::model::error::{Applied, Error, Kind, Result};

/// Items that go out in one call.
#[derive(Debug, PartialEq)]
pub struct Batch<I> {
    pub items: Vec<I>,
    /// How many times they were sent and then not found.
    pub lost: u32,
    /// Whether an earlier run left them in doubt.
    pub doubtful: bool,
}

impl<I> Batch<I> {
    /// Items that were not sent yet.
    pub fn new(items: Vec<I>) -> Self {
        Self { items, lost: 0, doubtful: false }
    }

    /// Items that an earlier run left in doubt.
    pub fn doubtful(items: Vec<I>) -> Self {
        Self { doubtful: true, ..Self::new(items) }
    }
}

/// What is known of the items of a call.
#[derive(Debug)]
pub struct Sent {
    /// How items ended, by their place in the batch.
    pub ends: Vec<(usize, ItemEnd)>,
    /// The others.
    pub rest: Rest,
}

/// The other items of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// The vendor's answer leaves them out, so they may have been applied.
    LeftOut,
    /// The answer was lost, and a read did not find them, so they were not applied.
    Missing,
    /// They were refused because of other items of the call.
    Refused,
}

/// How an item ended.
#[derive(Debug)]
pub enum ItemEnd {
    /// It was applied, or there was nothing to do.
    Done {
        /// How.
        outcome: Outcome,
        /// The vendor's id.
        id: Option<String>,
        /// How that is known, if it comes from a read and not from the vendor's answer.
        note: Option<String>,
    },
    /// It was certainly not applied.
    Failed(Error),
    /// It may have been applied.
    Unknown(Error),
}

impl ItemEnd {
    /// It was applied, and the vendor gave no id. The note says how that is known if it comes from a read.
    pub fn done(outcome: Outcome, note: Option<&str>) -> Self {
        Self::Done { outcome, id: None, note: note.map(str::to_owned) }
    }

    /// Puts the result into the item's change.
    pub fn put(self, change: &mut Change) {
        match self {
            Self::Done { outcome, id, note } => {
                (change.outcome, change.note) = (outcome, note);
                change.id = id.or(change.id.take());
            }
            Self::Failed(error) => (change.outcome, change.error) = (Outcome::Failed, Some(error)),
            Self::Unknown(error) => (change.outcome, change.error) = (Outcome::Unknown, Some(error)),
        }
    }
}

/// What follows a call.
#[derive(Debug)]
pub struct Step<I> {
    /// Items that have ended.
    pub settled: Vec<(I, ItemEnd)>,
    /// Batches to send next.
    pub again: Vec<Batch<I>>,
    /// The reason to send nothing else.
    pub end: Option<Error>,
}

/// Decides what follows a call. A refused batch is split until the refused items are alone, so that one bad item does
/// not fail the others; a refusal that concerns every further call ends the command.
pub fn after<I>(
    batch: Batch<I>,
    result: Result<Sent>,
    (list, key): (&str, impl Fn(&I) -> String),
    retries: u32,
) -> Step<I> {
    match result {
        Ok(sent) => answered(batch, sent, retries),
        Err(error) if error.outcome == Some(Applied::Unknown) => {
            let settled =
                batch.items.into_iter().map(|item| (item, ItemEnd::Unknown(error.clone()))).collect();
            // The vendor does not answer, so further calls would end the same way.
            Step { settled, again: Vec::new(), end: Some(error) }
        }
        // Nothing was sent.
        Err(error) if error.kind == Kind::Interrupted => {
            Step { settled: Vec::new(), again: vec![batch], end: None }
        }
        Err(error) if !concerns_items(&error) => {
            let settled =
                batch.items.into_iter().map(|item| (item, ItemEnd::Failed(error.clone()))).collect();
            Step { settled, again: Vec::new(), end: Some(error) }
        }
        Err(error) => refused(batch, &error, list, key),
    }
}

/// Whether the refusal is about the items, and not about the account, the credentials or the vendor's state.
fn concerns_items(error: &Error) -> bool {
    matches!(error.kind, Kind::Conflict | Kind::Rejected | Kind::Invalid)
}

fn answered<I>(batch: Batch<I>, sent: Sent, retries: u32) -> Step<I> {
    let mut ends: HashMap<usize, ItemEnd> = sent.ends.into_iter().collect();
    let (mut settled, mut again) = (Vec::new(), Vec::new());
    for (at, item) in batch.items.into_iter().enumerate() {
        match ends.remove(&at) {
            Some(end) => settled.push((item, end)),
            None if sent.rest == Rest::LeftOut => settled.push((item, ItemEnd::Unknown(left_out()))),
            None if sent.rest == Rest::Missing && batch.lost >= retries => {
                settled.push((item, ItemEnd::Failed(never_done())))
            }
            None => again.push(item),
        }
    }
    let lost = batch.lost + u32::from(sent.rest == Rest::Missing);
    let again = (!again.is_empty()).then_some(Batch { items: again, lost, doubtful: batch.doubtful });
    Step { settled, again: again.into_iter().collect(), end: None }
}

/// Items that the vendor names fail with their own errors, and the others are sent again without them. If it names
/// none, the batch is halved.
fn refused<I>(batch: Batch<I>, error: &Error, list: &str, key: impl Fn(&I) -> String) -> Step<I> {
    let (lost, doubtful) = (batch.lost, batch.doubtful);
    let part = |items| Batch { items, lost, doubtful };
    if batch.items.len() <= 1 {
        let settled =
            batch.items.into_iter().map(|item| (item, ItemEnd::Failed(own(error, list, 0)))).collect();
        return Step { settled, again: Vec::new(), end: None };
    }
    let text = error.vendor_message.as_deref().unwrap_or_default();
    let named = |(at, item): (usize, &I)| {
        let name = format!("{list}[{at}]");
        error.fields.iter().any(|field| belongs(&field.field, &name)) || mentions(text, &key(item))
    };
    let flags: Vec<bool> = batch.items.iter().enumerate().map(named).collect();
    if !flags.contains(&true) {
        let mut items = batch.items;
        let rest = items.split_off(items.len() / 2);
        return Step { settled: Vec::new(), again: vec![part(items), part(rest)], end: None };
    }
    let (mut settled, mut good) = (Vec::new(), Vec::new());
    for (at, (item, named)) in batch.items.into_iter().zip(flags).enumerate() {
        match named {
            true => settled.push((item, ItemEnd::Failed(own(error, list, at)))),
            false => good.push(item),
        }
    }
    let again = if good.is_empty() { Vec::new() } else { vec![part(good)] };
    Step { settled, again, end: None }
}

/// Whether a text contains a number or another key, and not only a longer one that begins or ends like it.
fn mentions(text: &str, key: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric();
    text.match_indices(key).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + key.len()..]);
        !before.ends_with(is_part) && !after.starts_with(is_part)
    })
}

/// Whether a field's name is that of an item or of a part of it: `numbers[1]` is not a part of `numbers[10]`.
fn belongs(field: &str, item: &str) -> bool {
    field.strip_prefix(item).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The part of a call's error that concerns one item, without the item's position in the call, which users never see.
fn own(error: &Error, list: &str, at: usize) -> Error {
    let mut own = error.clone();
    let name = format!("{list}[{at}]");
    own.fields.retain(|field| belongs(&field.field, &name));
    if own.fields.is_empty() {
        own.fields.clone_from(&error.fields);
        return own;
    }
    for field in &mut own.fields {
        let rest = field.field[name.len()..].trim_start_matches('.').to_owned();
        field.field = if rest.is_empty() { list.to_owned() } else { rest };
    }
    if let Some(rest) = error.message.strip_suffix(&Error::list(&error.fields)) {
        own.message = format!("{rest}{}", Error::list(&own.fields));
    }
    own
}

fn left_out() -> Error {
    Error::new(Kind::OutcomeUnknown, "the vendor's answer does not name this item")
        .hint("check what the vendor has before you repeat the command")
        .outcome(Applied::Unknown)
}

fn never_done() -> Error {
    let text = "the vendor's answers were lost, and a read shows that this was not done";
    let hint = "try again later; raise --retries";
    let mut error = Error::new(Kind::Unavailable, text).hint(hint).outcome(Applied::NotApplied);
    error.retryable = true;
    error
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::error::FieldError;

    const LIST: &str = "internal_numbers";

    fn key(item: &u32) -> String {
        item.to_string()
    }

    fn batch(items: &[u32]) -> Batch<u32> {
        Batch::new(items.to_vec())
    }

    fn refusal(kind: Kind, fields: &[(&str, &str)]) -> Error {
        let fields: Vec<FieldError> =
            fields.iter().map(|(field, text)| FieldError::new(*field, *text)).collect();
        let text = format!("refused: {}", Error::list(&fields));
        let mut error = Error::new(kind, text).outcome(Applied::NotApplied);
        error.fields = fields;
        error
    }

    fn items(step: &Step<u32>) -> (Vec<(u32, &'static str)>, Vec<Vec<u32>>) {
        let word = |end: &ItemEnd| match end {
            ItemEnd::Done { outcome, .. } => outcome.word(),
            ItemEnd::Failed(_) => "failed",
            ItemEnd::Unknown(_) => "unknown",
        };
        let settled = step.settled.iter().map(|(item, end)| (*item, word(end))).collect();
        (settled, step.again.iter().map(|batch| batch.items.clone()).collect())
    }

    #[test]
    fn a_refused_batch_is_split_down_to_single_items() {
        let refuse = |list: &[u32]| after(batch(list), Err(refusal(Kind::Rejected, &[])), (LIST, key), 3);
        assert_eq!(items(&refuse(&[1, 2, 3])), (vec![], vec![vec![1], vec![2, 3]]));
        assert_eq!(items(&refuse(&[1])), (vec![(1, "failed")], vec![]));
        assert!(refuse(&[1]).end.is_none());
    }

    #[test]
    fn only_items_named_by_the_vendor_fail_each_with_its_own_error() {
        let error = refusal(
            Kind::Conflict,
            &[("internal_numbers[1].number", "is in use"), ("internal_numbers[10].number", "is odd")],
        );
        let list: Vec<u32> = (0..12).collect();
        let step = after(batch(&list), Err(error), (LIST, key), 3);
        let (settled, again) = items(&step);
        assert_eq!(settled, [(1, "failed"), (10, "failed")]);
        assert_eq!(again, [vec![0, 2, 3, 4, 5, 6, 7, 8, 9, 11]]);
        let ItemEnd::Failed(own) = &step.settled[0].1 else { panic!() };
        assert_eq!(own.message, "refused: number: is in use");
        assert_eq!(own.fields, [FieldError::new("number", "is in use")]);
    }

    #[test]
    fn only_the_item_named_in_the_vendors_text_fails() {
        let mut error = refusal(Kind::Conflict, &[]);
        error.vendor_message = Some("The number 22 is in use.".into());
        let step = after(batch(&[2, 22, 222]), Err(error), (LIST, key), 3);
        assert_eq!(items(&step), (vec![(22, "failed")], vec![vec![2, 222]]));
    }

    #[test]
    fn an_error_that_affects_every_call_ends_the_command() {
        for kind in [Kind::Auth, Kind::RateLimited, Kind::Unavailable, Kind::NotFound, Kind::Unsupported] {
            let step = after(batch(&[1, 2]), Err(refusal(kind, &[])), (LIST, key), 3);
            assert_eq!(items(&step), (vec![(1, "failed"), (2, "failed")], vec![]), "{kind:?}");
            assert_eq!(step.end.unwrap().kind, kind);
        }
        let lost = refusal(Kind::OutcomeUnknown, &[]).outcome(Applied::Unknown);
        let step = after(batch(&[1]), Err(lost), (LIST, key), 3);
        assert_eq!(items(&step).0, [(1, "unknown")]);
        assert!(step.end.is_some());
    }

    #[test]
    fn omitted_items_are_unknown_and_items_not_found_are_sent_again() {
        let created = || ItemEnd::Done { outcome: Outcome::Created, id: Some("a".into()), note: None };
        let ends = || vec![(0, created()), (2, ItemEnd::Failed(never_done()))];
        let sent = |rest| Sent { ends: ends(), rest };
        let step = after(batch(&[1, 2, 3]), Ok(sent(Rest::LeftOut)), (LIST, key), 1);
        assert_eq!(items(&step), (vec![(1, "created"), (2, "unknown"), (3, "failed")], vec![]));
        let step = after(batch(&[1, 2, 3]), Ok(sent(Rest::Missing)), (LIST, key), 1);
        assert_eq!(items(&step), (vec![(1, "created"), (3, "failed")], vec![vec![2]]));
        // Not for ever.
        let again = || Batch { lost: 1, ..batch(&[1, 2, 3]) };
        let step = after(again(), Ok(sent(Rest::Missing)), (LIST, key), 1);
        assert_eq!(items(&step), (vec![(1, "created"), (2, "failed"), (3, "failed")], vec![]));
        let step = after(again(), Ok(sent(Rest::Refused)), (LIST, key), 1);
        assert_eq!((items(&step).1, step.again[0].lost), (vec![vec![2]], 1));
    }
}
