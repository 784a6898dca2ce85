//! The picture of a session in the README, drawn from a real run.

use super::pages::{self, Page, Scene};

/// The command and its output in the picture.
const COMMANDS: [&str; 4] = [
    "trunkctl --sandbox -p yeastar trunk list",
    "trunkctl --sandbox -p yeastar trunk update carrier-peer --port 5080",
    "trunkctl --sandbox plan -f examples/fleet",
    "trunkctl explain yeastar 40003",
];

const CHARACTER: usize = 8;
const LINE: usize = 19;
const MARGIN: usize = 16;

/// The colour of a code of the terminal.
fn color(code: &str) -> Option<&'static str> {
    Some(match code {
        "31" => "#ff7b72",
        "32" => "#7ee787",
        "33" => "#e3b341",
        "34" => "#79c0ff",
        "36" => "#76e3ea",
        "1" => "#ffffff",
        "2" | "90" => "#8b949e",
        _ => return None,
    })
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A line with the codes of a terminal, as spans.
fn spans(line: &str) -> String {
    let mut parts = line.split("\u{1b}[");
    let mut drawn = escaped(parts.next().unwrap_or_default());
    for part in parts {
        let (code, text) = part.split_once('m').unwrap();
        let fill = code.split(';').filter_map(color).next_back().unwrap_or("#e6edf3");
        drawn.push_str(&format!("<tspan fill=\"{fill}\">{}</tspan>", escaped(text)));
    }
    drawn
}

/// The columns that a line takes.
fn width(line: &str) -> usize {
    let codes: usize =
        line.split("\u{1b}[").skip(1).map(|part| part.split('m').next().unwrap().len() + 3).sum();
    line.chars().count() - codes
}

fn draw(lines: &[String]) -> String {
    let columns = lines.iter().map(|line| width(line)).max().unwrap_or(0);
    let (wide, high) = (columns * CHARACTER + 2 * MARGIN, lines.len() * LINE + 2 * MARGIN);
    let texts: String = lines
        .iter()
        .enumerate()
        .map(|(at, line)| {
            let y = MARGIN + (at + 1) * LINE - 5;
            format!("<text x=\"{MARGIN}\" y=\"{y}\" xml:space=\"preserve\">{}</text>\n", spans(line))
        })
        .collect();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide}\" height=\"{high}\" role=\"img\" \
         aria-label=\"A session with trunkctl\">\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#0d1117\"/>\n\
         <g font-family=\"ui-monospace, Menlo, Consolas, monospace\" font-size=\"13\" fill=\"#e6edf3\">\n{texts}</g>\n\
         </svg>\n"
    )
}

#[cfg(target_os = "linux")]
#[test]
fn the_picture_shows_a_real_run() {
    let mut scene = Scene::new();
    scene.run("trunkctl --sandbox apply -f examples/fleet --yes");
    assert_eq!(scene.code(), 0);
    scene.set("CLICOLOR_FORCE", "1");
    let mut lines = Vec::new();
    for command in COMMANDS {
        lines.push(format!("\u{1b}[32m$\u{1b}[1m {command}\u{1b}[0m"));
        let output = scene.run(command);
        assert_eq!(scene.code(), 0, "{output}");
        lines.extend(output.lines().map(str::to_owned));
        lines.push(String::new());
    }
    lines.pop();
    let (file, drawn) = (Page::named(".github/session.svg"), draw(&lines));
    if pages::is_update() {
        file.write(&drawn);
    } else {
        assert!(
            file.text() == drawn,
            "the picture is stale: UPDATE_DOCS=1 cargo test --test suite docs::picture"
        );
    }
}
