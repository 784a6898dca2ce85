//! Lists over several pages are complete, or a fault.

use super::*;
use crate::model::error::Kind;
use crate::model::support::Operation;
use crate::model::trunk::ActualTrunk;
use crate::vendors::Vendor;
use crate::vendors::codes::After;

fn list() -> Call<Page<ActualTrunk>> {
    Yeastar.list_trunks(&profile(), None).unwrap()
}

fn ids(page: &Page<ActualTrunk>) -> Vec<u64> {
    page.items.iter().map(|actual| actual.id.parse().unwrap()).collect()
}

/// Reads these pages one after the other; the last answer, and the ids that all of them gave.
fn walk(pages: &[String]) -> (Result<Page<ActualTrunk>, Fault>, Vec<u64>) {
    let (mut call, mut seen) = (list(), Vec::new());
    for (at, body) in pages.iter().enumerate() {
        match read(&call, body) {
            Ok(page) => {
                seen.extend(ids(&page));
                if at + 1 == pages.len() {
                    return (Ok(page), seen);
                }
                call = page.next.expect("a further page is asked for");
            }
            Err(fault) => {
                assert_eq!(at + 1, pages.len(), "page {} of {}: {}", at + 1, pages.len(), fault.text);
                return (Err(fault), seen);
            }
        }
    }
    unreachable!("no pages")
}

#[test]
fn pages_follow_until_the_total() {
    let search = Yeastar.list_trunks(&profile(), Some("a&b")).unwrap();
    let first = read(&search, &trunks(250, 1..=100)).unwrap();
    assert_eq!((ids(&first).len(), first.total), (100, Some(250)));
    let second = first.next.unwrap();
    let query = "trunk/search?page=2&page_size=100&search_value=a%26b";
    assert_eq!(second.request.url, format!("{BASE}/openapi/v1.0/{query}"));
    // A PBX that gives fewer rows a page than it was asked for.
    let page = read(&second, &trunks(250, 101..=150)).unwrap();
    let third = page.next.unwrap();
    assert!(third.request.url.contains("page=3&page_size=100&"), "{}", third.request.url);
    let last = read(&third, &trunks(250, 151..=250)).unwrap();
    assert_eq!(ids(&last).last(), Some(&250));
    assert!(last.next.is_none());
    // Reading an answer again gives the same result: a lost page can be sent again.
    assert_eq!(ids(&read(&third, &trunks(250, 151..=250)).unwrap()).len(), 100);
}

#[test]
fn an_empty_list_is_valid() {
    let page = read(&list(), &trunks(0, [])).unwrap();
    assert!(page.items.is_empty() && page.next.is_none());
}

#[test]
fn a_repeated_row_is_returned_once_and_not_counted() {
    let (last, seen) = walk(&[trunks(4, [1, 2]), trunks(4, [2, 3]), trunks(4, [4])]);
    assert_eq!(seen, [1, 2, 3, 4]);
    assert!(last.unwrap().next.is_none());
    let (last, seen) = walk(&[trunks(2, [1, 1, 2])]);
    assert_eq!(seen, [1, 2]);
    assert!(last.unwrap().next.is_none());
    // The same id as a text.
    let mixed = rows(2, &[json!({"id": 1, "name": "a"}), json!({"id": "1", "name": "a"})]);
    assert!(walk(&[mixed]).0.unwrap().next.is_some());
}

#[test]
fn more_repeated_rows_than_a_page_are_a_fault() {
    // Each page gives ten new rows and fifty old ones.
    let page = |nth: u64| trunks(900, nth * 10..nth * 10 + 60);
    let (page, seen) = walk(&[page(0), page(1), page(2)]);
    assert_eq!((page.unwrap().repeated, seen.len()), (50, 80));
    let page = |nth: u64| trunks(900, nth * 10..nth * 10 + 60);
    let fault = fault(walk(&[page(0), page(1), page(2), page(3)]).0);
    assert_eq!((fault.kind, fault.after), (Kind::Unavailable, After::GiveUp));
    assert!(fault.text.contains("150 rows again"), "{}", fault.text);
}

#[test]
fn a_list_that_falls_short_is_a_fault() {
    for (pages, gave) in [
        (vec![trunks(3, [])], "3 rows but gave 0"),
        (vec![trunks(3, [1, 2]), trunks(3, [])], "3 rows but gave 2"),
        (vec![trunks(300, 1..=100), trunks(300, 1..=100)], "300 rows but gave 100"),
        (vec![trunks(3, [1]), trunks(3, [2]), trunks(3, [2, 1])], "3 rows but gave 2"),
    ] {
        let fault = fault(walk(&pages).0);
        assert_eq!((fault.kind, fault.after), (Kind::Unavailable, After::Lost));
        assert!(fault.text.contains(gave), "{}", fault.text);
    }
}

#[test]
fn a_list_with_more_rows_than_its_total_is_a_fault() {
    for pages in
        [vec![trunks(0, [1])], vec![trunks(2, [1, 2, 3])], vec![trunks(3, [1, 2]), trunks(3, [3, 4])]]
    {
        assert!(fault(walk(&pages).0).text.contains("but gave"), "{pages:?}");
    }
}

#[test]
fn rows_added_during_the_read_are_counted() {
    let (last, seen) = walk(&[trunks(3, [1, 2]), trunks(4, [3, 4])]);
    assert_eq!(seen, [1, 2, 3, 4]);
    let last = last.unwrap();
    assert_eq!(last.total, Some(4));
    assert!(last.next.is_none());
    // A new row in front moves a known one to the next page, and itself is missed: that is noticed.
    let pages = [trunks(3, [1, 2]), trunks(4, [2, 3]), trunks(4, [])];
    assert!(fault(walk(&pages).0).text.contains("4 rows but gave 3"));
}

#[test]
fn rows_removed_during_the_read_are_a_fault() {
    // 1 was deleted, so 3 moved to the first page, which was read already.
    for shorter in [trunks(3, [4]), trunks(1, [3]), trunks(0, [])] {
        let fault = fault(walk(&[trunks(4, [1, 2]), shorter]).0);
        assert_eq!((fault.kind, fault.after), (Kind::Unavailable, After::GiveUp));
        assert!(fault.text.contains("changed while it was read"), "{}", fault.text);
    }
}

#[test]
fn an_ever_growing_total_is_a_fault() {
    let mut call = list();
    for page in 0..10_u64 {
        match read(&call, &trunks(150 + page * 50, page * 50..page * 50 + 50)) {
            Ok(page) => call = page.next.unwrap(),
            Err(fault) => {
                assert_eq!((page, fault.after), (3, After::GiveUp));
                return;
            }
        }
    }
    panic!("it went on and on");
}

#[test]
fn the_largest_total_does_not_overflow() {
    let (last, seen) = walk(&[trunks(u64::MAX, [1]), trunks(u64::MAX, [2])]);
    assert_eq!(seen, [1, 2]);
    assert!(last.unwrap().next.is_some());
}

#[test]
fn an_unreadable_page_is_never_an_empty_one() {
    for body in [
        "",
        "{}",
        "[]",
        "<html>Maintenance</html>",
        r#"{"errcode":0,"errmsg":"SUCCESS"}"#,
        r#"{"errcode":0,"data":null}"#,
        r#"{"errcode":0,"total_number":1}"#,
        r#"{"errcode":0,"total_number":"1","data":null}"#,
        r#"{"errcode":0,"total_number":0,"data":{}}"#,
        r#"{"errcode":0,"data":[]}"#,
        r#"{"errcode":0,"total_number":-1,"data":[]}"#,
        r#"{"errcode":0,"total_number":1,"data":[7]}"#,
        r#"{"errcode":0,"total_number":1,"data":[{}]}"#,
        r#"{"errcode":0,"total_number":1,"data":[{"name":"no id"}]}"#,
        r#"{"errcode":0,"total_number":1,"data":[{"id":1,"name":["a"]}]}"#,
        r#"{"errcode":0,"total_number":"one","data":[{"id":1,"name":"a"}]}"#,
    ] {
        let profile = profile();
        assert_eq!(fault(read(&list(), body)).kind, Kind::Unavailable, "{body}");
        for what in [Operation::FindItsp, Operation::FindExtension, Operation::FindExtensionGroup] {
            let call = Yeastar.look_up(&profile, what, None).unwrap();
            assert_eq!(fault(read(&call, body)).kind, Kind::Unavailable, "{what:?} {body}");
        }
        let identified = read(&Yeastar.identify(&profile).unwrap(), body);
        assert_eq!(identified.unwrap_err().kind, Kind::Unavailable, "{body}");
    }
}

/// The PBX is written in Go, which encodes an empty list as `null`.
#[test]
fn an_empty_list_may_come_without_rows() {
    for body in [
        r#"{"errcode":0,"total_number":0}"#,
        r#"{"errcode":"0","total_number":"0","data":null}"#,
        r#"{"errcode":0,"total_number":0,"data":[]}"#,
    ] {
        let page = read(&list(), body).unwrap();
        assert!(page.items.is_empty() && page.next.is_none(), "{body}");
        for what in [Operation::FindItsp, Operation::FindExtension, Operation::FindExtensionGroup] {
            let call = Yeastar.look_up(&profile(), what, None).unwrap();
            assert!(read(&call, body).unwrap().items.is_empty(), "{what:?} {body}");
        }
    }
}

#[test]
fn data_not_found_ends_a_search_without_a_match_but_fails_a_list() {
    let body = r#"{"errcode":60001,"errmsg":"DATA NOT FOUND"}"#;
    let search = Yeastar.list_trunks(&profile(), Some("a")).unwrap();
    assert!(read(&search, body).unwrap().items.is_empty());
    let search = Yeastar.look_up(&profile(), Operation::FindExtension, Some("1000")).unwrap();
    assert!(read(&search, body).unwrap().items.is_empty());
    let lists = [Operation::FindItsp, Operation::FindExtension, Operation::FindExtensionGroup]
        .map(|what| read(&Yeastar.look_up(&profile(), what, None).unwrap(), body).err().unwrap());
    let identified = read(&Yeastar.identify(&profile()).unwrap(), body).unwrap_err();
    for fault in lists.into_iter().chain([fault(read(&list(), body)), identified]) {
        assert_eq!(fault.kind, Kind::Rejected);
        assert!(fault.text.contains("not as empty"), "{}", fault.text);
    }
}

#[test]
fn an_error_on_a_later_page_is_passed_on() {
    let page = read(&list(), &trunks(3, [1, 2])).unwrap();
    let expired = r#"{"errcode":10004,"errmsg":"TOKEN EXPIRED"}"#;
    let next = page.next.unwrap();
    let fault = fault(read(&next, expired));
    assert_eq!((fault.code.as_deref(), fault.after), (Some("10004"), After::Renew));
    // With a new token the same call continues the list.
    assert_eq!(ids(&read(&next, &trunks(3, [3])).unwrap()), [3]);
}

#[test]
fn all_itsps_come_in_one_answer() {
    let call = Yeastar.look_up(&profile(), Operation::FindItsp, None).unwrap();
    let list = [json!({"id": 7, "country": "DE", "name": "d/e?f=g é"}), json!({"id": 8, "country": "XX"})];
    let page = read(&call, &rows(2, &list)).unwrap();
    assert_eq!((page.total, page.next.is_none()), (Some(2), true));
    let first = &page.items[0];
    assert_eq!(first.id, "7");
    assert_eq!((first.country.as_deref(), first.name.as_deref()), (Some("DE"), Some("d/e?f=g é")));
    assert_eq!((&first.number, &page.items[1].name), (&None, &None));
    assert!(read(&call, &rows(0, &[])).unwrap().items.is_empty());
    for total in [0, 1, 3] {
        assert!(fault(read(&call, &rows(total, &list))).text.contains("but gave 2"), "{total}");
    }
}
