//! How far a run is: for people, on standard error.

use super::*;

const SLOW: &str = "delay=60ms;call=POST /zoom";

#[test]
fn without_a_terminal_a_short_run_tells_nothing_of_it() {
    let lab = Lab::faulty(&[SLOW]);
    for (format, range) in [("json", 0..120), ("jsonl", 120..240), ("table", 240..360)] {
        let list = lab.place.write("numbers.csv", &csv(range));
        let ran = lab.run(&format!("-o {format} internal-numbers add --from {list}")).expect(0);
        assert_eq!(ran.err, "", "{format}");
        assert!(!ran.out.contains('\u{1b}') && !ran.out.contains('\r'), "{format}: {}", ran.out);
    }
}

/// A plain line comes every few seconds, on a terminal that cannot draw as well.
#[cfg(target_os = "linux")]
#[test]
fn where_no_bar_can_be_drawn_a_long_run_writes_plain_lines_unless_it_is_to_be_quiet() {
    use crate::support::terminal::Terminal;
    let lab = Lab::faulty(&[&format!("delay=5200ms;{ADDING};count=3")]).with("TERM", "dumb");
    let third = lab.place.write("third.csv", &csv(60..90));
    let line = format!("-p zoom -o json internal-numbers add --from {third}");
    let words: Vec<&str> = ["--profiles-file", &lab.profiles].into_iter().chain(line.split(' ')).collect();
    let out = std::fs::File::create(lab.path("out.json")).unwrap();
    let terminal = Terminal::with_output(&lab.place, &words, out.into());
    let list = lab.numbers(30);
    let other = lab.place.write("other.csv", &csv(30..60));
    let lines =
        [format!("internal-numbers add --from {list}"), format!("-q internal-numbers add --from {other}")];
    let [told, quiet] = lines.each_ref().map(|line| lab.start(line)).map(|child| ended(child).expect(0));
    assert_eq!(quiet.err, "");
    assert!(told.err.lines().all(|line| line.starts_with("progress: ")), "{}", told.err);
    assert!(told.err.contains("progress: 30 of 30 rows (100 %)"), "{}", told.err);
    assert!(!told.err.contains('\u{1b}') && !told.err.contains('\r'), "{}", told.err);
    let (_, shown) = terminal.end();
    assert!(shown.contains("progress: 30 of 30 rows") && !shown.contains('\u{1b}'), "{shown:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_shows_a_bar_and_standard_output_stays_clean() {
    use crate::support::terminal::Terminal;
    let lab = Lab::faulty(&["delay=400ms;call=POST /zoom/v2"]).with("TERM", "xterm");
    let out = lab.path("out.json");
    let run = |words: &str, range| {
        let list = lab.place.write("numbers.csv", &csv(range));
        let line = format!("{words} internal-numbers add --concurrency 1 --from {list}");
        let mut words = vec!["--profiles-file", &lab.profiles, "-p", "zoom"];
        words.extend(line.split_whitespace());
        Terminal::with_output(&lab.place, &words, std::fs::File::create(&out).unwrap().into()).end()
    };
    let (status, shown) = run("-o json", 0..90);
    assert!(status.success(), "{shown}");
    assert!(shown.contains("60/90 rows") && shown.contains("left"), "{shown:?}");
    let text = std::fs::read_to_string(&out).unwrap();
    ended_in(&serde_json::from_str(&text).unwrap(), &[("created", 90)]);
    // Rows that go elsewhere leave the terminal to the bar.
    let (_, shown) = run("-o jsonl", 90..150);
    assert!(shown.contains("/60 rows"), "{shown:?}");
    let text = std::fs::read_to_string(&out).unwrap();
    assert_eq!(text.lines().filter(|line| line.contains("\"created\"")).count(), 60);
    let (_, shown) = run("-q -o json", 150..210);
    assert_eq!(shown, "");
}

/// Where the rows themselves stream to the terminal, they show how far it is.
#[cfg(target_os = "linux")]
#[test]
fn rows_that_stream_to_a_terminal_go_without_a_bar() {
    use crate::support::terminal::Terminal;
    let lab = Lab::faulty(&["delay=200ms;call=POST /zoom/v2"]).with("TERM", "xterm");
    let line = format!("-o jsonl internal-numbers add --concurrency 1 --from {}", lab.numbers(60));
    let mut words = vec!["--profiles-file", &lab.profiles, "-p", "zoom"];
    words.extend(line.split(' '));
    let (status, shown) = Terminal::start(&lab.place, &words).end();
    assert!(status.success() && !shown.contains("rows") && !shown.contains('\u{1b}'), "{shown:?}");
    assert_eq!(shown.lines().count(), 60);
}
