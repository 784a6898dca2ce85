//! Records what `trunkctl --version` says about the build, and links what is started often for a fast start.

use std::env::var;
use std::process::Command;

fn main() {
    let or_unknown = |value: Option<String>| value.unwrap_or_else(|| "unknown".into());
    // Cargo names a profile like `dist` only in the path of this folder, which is `target/dist/build/…`.
    let folder = var("OUT_DIR").unwrap_or_default();
    let profile = folder.rsplit(['/', '\\']).skip_while(|part| *part != "build").nth(1);
    let compiler = var("RUSTC").ok().and_then(|rustc| Command::new(rustc).arg("--version").output().ok());
    for (name, value) in [
        ("COMMIT", var("TRUNKCTL_COMMIT").ok().filter(|commit| !commit.is_empty())),
        ("PROFILE", profile.map(str::to_owned)),
        ("TARGET", var("TARGET").ok()),
        ("COMPILER", compiler.and_then(|output| String::from_utf8(output.stdout).ok())),
    ] {
        println!("cargo::rustc-env=TRUNKCTL_BUILD_{name}={}", or_unknown(value).trim());
    }
    let is = |name, wanted| var(name).is_ok_and(|value| value == wanted);
    if is("CARGO_CFG_TARGET_ENV", "musl") {
        // The static binary relocates itself. Packed, its 20,000 relocations take 6 KB of it instead of 490 KB, which
        // would be read at each start. Not with glibc, whose versions before 2.36 do not know them.
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
    if is("PROFILE", "debug") && is("TARGET", "x86_64-unknown-linux-gnu") {
        // A debug build has 150,000 relocations, and the tests start it thousands of times.
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
    // Not on every commit: the release script gives the commit.
    println!("cargo::rerun-if-env-changed=TRUNKCTL_COMMIT");
    println!("cargo::rerun-if-changed=src/build.rs");
}
