//! Progress of a run, printed for people on standard error.

use super::*;

const SLOW: &str = "delay=60ms;call=POST /zoom";

#[test]
fn a_short_run_without_a_terminal_prints_no_progress() {
    let lab = Lab::faulty(&[SLOW]);
    for (format, range) in [("json", 0..120), ("jsonl", 120..240), ("table", 240..360)] {
        let list = lab.place.write("numbers.csv", &csv(range));
        let ran = lab.run(&format!("-o {format} internal-numbers add --from {list}")).expect(0);
        assert_eq!(ran.err, "", "{format}");
        assert!(!ran.out.contains('\u{1b}') && !ran.out.contains('\r'), "{format}: {}", ran.out);
    }
}

/// Plain lines come every few seconds, also on a terminal without cursor control.
#[cfg(target_os = "linux")]
#[test]
fn a_long_run_without_a_bar_prints_plain_lines_unless_quiet() {
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
    let [normal, quiet] = lines.each_ref().map(|line| lab.start(line)).map(|child| ended(child).expect(0));
    assert_eq!(quiet.err, "");
    assert!(normal.err.lines().all(|line| line.starts_with("progress: ")), "{}", normal.err);
    assert!(normal.err.contains("progress: 30 of 30 rows (100 %)"), "{}", normal.err);
    assert!(!normal.err.contains('\u{1b}') && !normal.err.contains('\r'), "{}", normal.err);
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
    // If the rows go elsewhere, the terminal shows the bar.
    let (_, shown) = run("-o jsonl", 90..150);
    assert!(shown.contains("/60 rows"), "{shown:?}");
    let text = std::fs::read_to_string(&out).unwrap();
    assert_eq!(text.lines().filter(|line| line.contains("\"created\"")).count(), 60);
    let (_, shown) = run("-q -o json", 150..210);
    assert_eq!(shown, "");
}

/// Rows that stream to the terminal are the progress themselves.
#[cfg(target_os = "linux")]
#[test]
fn no_bar_is_drawn_while_rows_stream_to_the_terminal() {
    use crate::support::terminal::Terminal;
    let lab = Lab::faulty(&["delay=200ms;call=POST /zoom/v2"]).with("TERM", "xterm");
    let line = format!("-o jsonl internal-numbers add --concurrency 1 --from {}", lab.numbers(60));
    let mut words = vec!["--profiles-file", &lab.profiles, "-p", "zoom"];
    words.extend(line.split(' '));
    let (status, shown) = Terminal::start(&lab.place, &words).end();
    assert!(status.success() && !shown.contains("rows") && !shown.contains('\u{1b}'), "{shown:?}");
    assert_eq!(shown.lines().count(), 60);
}
