//! Page tokens that end, and those that do not.

use super::super::lists::{Trouble, Walk};

/// Walks over pages of so many rows, with tokens by page number, until the end or the complaint; answers how
/// many pages were read.
fn walk(
    rows: impl Fn(u64) -> usize,
    total: impl Fn(u64) -> Option<u64>,
    token: impl Fn(u64) -> Option<String>,
) -> (u64, Result<(), Trouble>) {
    let mut walk = Walk::default();
    for page in 1.. {
        match walk.on(rows(page), total(page), token(page)) {
            Ok(Some(next)) => walk = next,
            Ok(None) => return (page, Ok(())),
            Err(trouble) => return (page, Err(trouble)),
        }
    }
    unreachable!()
}

fn until(last: u64) -> impl Fn(u64) -> Option<String> {
    move |page| (page < last).then(|| format!("t{page}"))
}

fn endless(walked: &(u64, Result<(), Trouble>)) -> bool {
    matches!(walked.1, Err(Trouble::Endless(_)))
}

#[test]
fn a_list_ends_without_a_token() {
    assert_eq!(walk(|_| 300, |_| None, until(334)), (334, Ok(())));
    assert_eq!(walk(|_| 300, |_| Some(900), until(3)), (3, Ok(())));
    assert_eq!(walk(|_| 0, |_| Some(0), |_| Some(String::new())), (1, Ok(())));
    // The last token may return an empty page, and any page may be empty.
    assert_eq!(walk(|page| if page < 3 { 300 } else { 0 }, |_| Some(600), until(3)), (3, Ok(())));
    assert_eq!(walk(|page| usize::from(page == 2), |_| Some(1), until(2)), (2, Ok(())));
}

#[test]
fn fewer_rows_than_the_total_are_too_few() {
    let short = |rows, total| Err(Trouble::Short { rows, total });
    assert_eq!(walk(|_| 300, |_| Some(601), until(2)), (2, short(600, 601)));
    assert_eq!(walk(|_| 0, |_| Some(1), until(1)), (1, short(0, 1)));
    // Once stated, a total counts even if the last page omits it.
    assert_eq!(walk(|_| 1, |page| (page == 1).then_some(3), until(2)), (2, short(2, 3)));
    // Rows that went away meanwhile are not missing.
    assert_eq!(walk(|_| 300, |page| Some(if page == 1 { 900 } else { 600 }), until(2)), (2, Ok(())));
}

#[test]
fn a_repeated_token_ends_the_list() {
    let same = walk(|_| 300, |_| None, |_| Some("t".into()));
    assert!(endless(&same) && same.0 == 2, "{same:?}");
    // Later in the list, too.
    let stuck = walk(|_| 300, |_| None, |page| Some(format!("t{}", page.min(50))));
    assert!(endless(&stuck) && stuck.0 == 51, "{stuck:?}");
    // A cycle of any length, entered at any page, for any total.
    for total in [None, Some(10_000_000)] {
        for (before, length) in [(0, 2), (0, 3), (1, 2), (7, 5), (40, 100), (3, 1000)] {
            let token = move |page| {
                Some(format!("t{}", if page < before { page } else { before + (page - before) % length }))
            };
            let circle = walk(|_| 300, move |_| total, token);
            assert!(endless(&circle) && circle.0 <= 3 * (before + length), "{before} {length} {circle:?}");
        }
    }
}

#[test]
fn endless_new_tokens_end_the_list() {
    let fresh = |page| Some(format!("t{page}"));
    let beyond = walk(|_| 300, |_| Some(600), fresh);
    assert!(endless(&beyond) && beyond.0 == 3, "{beyond:?}");
    let full_then_empty = walk(|page| if page < 3 { 300 } else { 0 }, |_| Some(600), fresh);
    assert!(endless(&full_then_empty) && full_then_empty.0 == 6, "{full_then_empty:?}");
    let empty = walk(|_| 0, |_| Some(600), fresh);
    assert!(endless(&empty) && empty.0 == 4, "{empty:?}");
    let silent = walk(|_| 300, |_| None, fresh);
    assert!(endless(&silent) && silent.0 == 100_000, "{silent:?}");
}
