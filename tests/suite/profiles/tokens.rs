//! Tokens between commands.

use super::*;
use crate::support::given;

fn settings(place: &Place, profiles: &str) -> Ran {
    run(place, &format!("--profiles-file {profiles} -p zoom --retries 0 {SETTINGS}"))
}

/// How many of the requests were log-ins.
fn log_ins(scripted: &Scripted) -> (usize, usize) {
    let requests = scripted.requests();
    (requests.iter().filter(|request| request.starts_with("POST /oauth/token")).count(), requests.len())
}

/// The only file with a token; a lock and the installation's key are beside it.
fn only_file(place: &Place) -> std::path::PathBuf {
    let is_token = |path: &std::path::PathBuf| path.extension().is_some_and(|extension| extension == "json");
    let cached: Vec<_> =
        place.files().into_iter().filter(|path| path.starts_with(place.cache())).filter(is_token).collect();
    assert_eq!(cached.len(), 1, "{cached:?}");
    cached[0].clone()
}

#[test]
fn the_second_command_does_not_log_in() {
    let (zoom, pbx) =
        (Scripted::start(vec![zoom_token(), zoom_done()]), Scripted::start(vec![pbx_token(), pbx_done()]));
    let place = Place::new();
    let file = given::profiles(&place, &zoom.base);
    for _ in 0..3 {
        assert_eq!(settings(&place, &file).expect(0).err, "");
    }
    assert_eq!(log_ins(&zoom), (1, 4));
    assert!(zoom.requests().iter().skip(1).all(|one| header(one, "authorization") == "Bearer given-token"));
    let file = given::profiles(&place, &pbx.base);
    for _ in 0..2 {
        run(&place, &format!("--profiles-file {file} -p yeastar {PEER}")).expect(0);
    }
    let paths: Vec<bool> = pbx.requests().iter().map(|one| one.contains("/get_token ")).collect();
    assert_eq!(paths, [true, false, false]);
}

#[cfg(unix)]
#[test]
fn the_cache_is_private_to_its_owner() {
    use std::os::unix::fs::PermissionsExt;
    let scripted = Scripted::start(vec![zoom_token(), zoom_done()]);
    let place = Place::new();
    settings(&place, &given::profiles(&place, &scripted.base)).expect(0);
    for path in place.files().iter().filter(|path| path.starts_with(place.cache())) {
        assert_eq!(
            std::fs::metadata(path).unwrap().permissions().mode() & 0o777,
            0o600,
            "{}",
            path.display()
        );
    }
    let path = only_file(&place);
    assert!(std::fs::read_to_string(&path).unwrap().contains("given-token"));
}

#[test]
fn a_token_near_its_end_is_not_used() {
    let short =
        || answer(200, &json!({"access_token": "short-lived", "token_type": "bearer", "expires_in": 5}));
    let scripted = Scripted::start(vec![short(), zoom_done(), short(), zoom_done()]);
    let place = Place::new();
    let file = given::profiles(&place, &scripted.base);
    settings(&place, &file).expect(0);
    settings(&place, &file).expect(0);
    assert_eq!(log_ins(&scripted), (2, 4));
}

#[test]
fn another_secret_or_account_does_not_reuse_the_token() {
    let scripted = Scripted::start(vec![
        zoom_token(),
        zoom_done(),
        zoom_token(),
        zoom_done(),
        zoom_token(),
        zoom_done(),
    ]);
    let place = Place::new();
    let file = given::profiles(&place, &scripted.base);
    settings(&place, &file).expect(0);
    let text = std::fs::read_to_string(&file).unwrap();
    for (from, to) in [("app-client-secret", "app-client-other"), ("master-account", "other-account")] {
        place.write("profiles.toml", &text.replace(from, to));
        assert_eq!(settings(&place, &file).expect(0).err, "");
    }
    let sequence: Vec<bool> =
        scripted.requests().iter().map(|request| request.starts_with("POST /oauth/token")).collect();
    assert_eq!(sequence, [true, false, true, false, true, false]);
}

#[test]
fn a_damaged_or_foreign_cache_causes_only_a_warning() {
    for (damage, warned) in [
        ("{\"access\": \"canary-token", true),
        ("", true),
        ("[]", true),
        ("\u{0}\u{1}", true),
        // Whole, but of somebody else: as good as none.
        (
            r#"{"owner": "somebody", "access": "canary-token", "until": 99999999999,
                "refresh": null, "refresh_until": null}"#,
            false,
        ),
    ] {
        let scripted = Scripted::start(vec![zoom_token(), zoom_done(), zoom_token(), zoom_done()]);
        let place = Place::new();
        let file = given::profiles(&place, &scripted.base);
        settings(&place, &file).expect(0);
        std::fs::write(only_file(&place), damage).unwrap();
        let ran = settings(&place, &file).expect(0);
        assert_eq!(ran.err.contains("warning") && ran.err.contains("cache"), warned, "{damage:?}: {ran:?}");
        assert!(!ran.err.contains("canary-token"), "{ran:?}");
        assert_eq!(log_ins(&scripted), (2, 4), "{damage:?}");
        // The new token replaces the old content.
        let ran = settings(&place, &file).expect(0);
        assert_eq!((ran.err.as_str(), log_ins(&scripted)), ("", (2, 5)), "{damage:?}");
    }
}

/// A file in place of the folder: not even root can write there.
#[test]
fn an_unwritable_cache_causes_only_a_warning() {
    let scripted = Scripted::start(vec![zoom_token(), zoom_done(), zoom_token(), zoom_done()]);
    let place = Place::new();
    let file = given::profiles(&place, &scripted.base);
    let blocked = place.write("blocked", "");
    let place = place.with("TRUNKCTL_CACHE_DIR", &blocked);
    for _ in 0..2 {
        let ran = settings(&place, &file).expect(0);
        assert!(ran.err.contains("warning") && ran.err.contains(&blocked), "{ran:?}");
    }
    assert_eq!(log_ins(&scripted), (2, 4));
}
