//! A share of a fleet: which profiles one of several runs works on.

use std::fmt;
use std::str::FromStr;

/// The I-th of N parts, counted from 1. A profile's part depends only on its name and on N, so adding or
/// removing profiles does not move others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partition {
    index: u64,
    count: u64,
}

impl Partition {
    /// Whether the profile belongs to this part.
    pub fn has(self, profile: &str) -> bool {
        spread(fnv(profile)) % self.count == self.index - 1
    }
}

/// FNV-1a, 64 bits: the same on every machine and in every version.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// Names that differ in their last figure differ in few bits of the hash; here they reach the lowest ones
/// (the finaliser of MurmurHash3).
fn spread(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

impl FromStr for Partition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(index, count)| {
            Some((index.trim().parse::<u64>().ok()?, count.trim().parse::<u64>().ok()?))
        });
        match parts {
            Some((index, count)) if (1..=count).contains(&index) => Ok(Self { index, count }),
            Some((0, count @ 1..)) => Err(format!(
                "parts are counted from 1: write 1/{count} to {count}/{count}; where jobs are counted from 0, add 1"
            )),
            Some((index, count)) => Err(format!("there is no part {index} of {count}")),
            None => Err("write I/N, for example 2/4 for the second of four parts".into()),
        }
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(count: u64) -> Vec<Partition> {
        (1..=count).map(|index| Partition { index, count }).collect()
    }

    #[test]
    fn every_profile_is_in_exactly_one_part_and_parts_are_balanced() {
        for count in [1, 2, 3, 4, 7, 16] {
            let mut sizes = vec![0_u64; count as usize];
            for profile in (0..1000).map(|number| format!("pbx-{number:03}")) {
                let own: Vec<usize> = parts(count)
                    .iter()
                    .enumerate()
                    .filter(|(_, part)| part.has(&profile))
                    .map(|(at, _)| at)
                    .collect();
                assert_eq!(own.len(), 1, "{profile} of {count}");
                sizes[own[0]] += 1;
            }
            let fair = 1000 / count;
            assert!(sizes.iter().all(|size| (fair / 2..=fair * 2).contains(size)), "{count}: {sizes:?}");
        }
    }

    #[test]
    fn the_parts_do_not_change_between_versions() {
        let second = |profile: &str| Partition { index: 2, count: 4 }.has(profile);
        let own: Vec<String> =
            (1..=12).map(|number| format!("pbx-{number}")).filter(|name| second(name)).collect();
        assert_eq!(own, ["pbx-2", "pbx-9"]);
    }

    #[test]
    fn parts_are_written_as_i_of_n() {
        assert_eq!("2/4".parse::<Partition>().unwrap().to_string(), "2/4");
        for (bad, part) in
            [("0/4", "add 1"), ("5/4", "no part 5"), ("4", "I/N"), ("1/0", "no part"), ("a/b", "I/N")]
        {
            assert!(bad.parse::<Partition>().unwrap_err().contains(part), "{bad}");
        }
    }
}
