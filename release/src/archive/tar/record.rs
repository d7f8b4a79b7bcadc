//! Extended headers: pax records and GNU's long names, which replace fields of the entry behind them.

use crate::archive::{Stop, refused};

/// What extended headers say of an entry.
#[derive(Debug, Default)]
pub(super) struct Records {
    pax_name: Option<Vec<u8>>,
    long_name: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
    /// It is one of GNU's sparse files, whose name and size stand elsewhere.
    pub(super) sparse: bool,
    any: bool,
}

impl Records {
    pub(super) fn is_empty(&self) -> bool {
        !self.any
    }

    /// Adds the records of a pax header: `LENGTH KEY=VALUE` and a line feed each.
    pub(super) fn add_pax(&mut self, text: &[u8]) -> Result<(), Stop> {
        self.any = true;
        let mut rest = text;
        while !rest.is_empty() {
            let Some((key, value, behind)) = record(rest) else {
                return refused("a pax header of the tar is malformed");
            };
            self.add(key, value)?;
            rest = behind;
        }
        Ok(())
    }

    fn add(&mut self, key: &[u8], value: &[u8]) -> Result<(), Stop> {
        match key {
            b"path" => self.pax_name = Some(value.to_vec()),
            b"size" => match decimal(value) {
                Some(size) => self.size = Some(size),
                None => return refused("a pax header of the tar holds a size that is no number"),
            },
            key if key.starts_with(b"GNU.sparse.") => self.sparse = true,
            _ => {}
        }
        Ok(())
    }

    /// Adds a long name of GNU tar, which ends at its first zero.
    pub(super) fn add_long_name(&mut self, text: &[u8]) {
        self.any = true;
        let name = text.split(|byte| *byte == 0).next();
        self.long_name = Some(name.unwrap_or_default().to_vec());
    }

    /// The name that counts instead of that in the entry's own header.
    pub(super) fn name<'a>(&'a self, global: &'a Self) -> Option<&'a [u8]> {
        let own = self.pax_name.as_ref().or(self.long_name.as_ref());
        own.or(global.pax_name.as_ref()).map(Vec::as_slice)
    }

    /// Whether a pax record and a long name disagree: some readers follow one, some the other.
    pub(super) fn ambiguous(&self) -> Option<&'static str> {
        let both = self.pax_name.as_ref().zip(self.long_name.as_ref());
        both.filter(|(pax, long)| pax != long)
            .map(|_| "its pax record and its GNU long name give different names")
    }
}

/// The first record: its key, its value, and what comes behind it.
fn record(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let blank = text.iter().take(20).position(|byte| *byte == b' ')?;
    let length = usize::try_from(decimal(&text[..blank])?).ok()?;
    let (record, behind) = text.split_at_checked(length)?;
    let field = record.get(blank + 1..)?.strip_suffix(b"\n")?;
    let equals = field.iter().position(|byte| *byte == b'=')?;
    let (key, value) = (&field[..equals], &field[equals + 1..]);
    (!key.is_empty()).then_some((key, value, behind))
}

fn decimal(text: &[u8]) -> Option<u64> {
    let digits = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    digits
        .then(|| std::str::from_utf8(text).ok()?.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<Records> {
        let mut records = Records::default();
        records.add_pax(text.as_bytes()).ok().map(|()| records)
    }

    #[test]
    fn records_replace_name_and_size() {
        let records = parse("12 path=a/b\n11 size=12\n19 mtime=1700000.5\n").unwrap();
        assert_eq!(records.name(&Records::default()), Some(&b"a/b"[..]));
        assert_eq!(records.size, Some(12));
        assert!(parse("22 GNU.sparse.major=1\n").unwrap().sparse);
        assert_eq!(
            parse("12 path=a\nb\n").unwrap().pax_name,
            Some(b"a\nb".to_vec())
        );
    }

    #[test]
    fn malformed_records_are_refused() {
        for text in [
            "x",
            "12 path=a/b",
            "13 path=a/b\n",
            "11 path=a/b\n",
            "5 a\n",
            "99 a=b\n",
            " 6 a=b\n",
            "5 =b\n",
            "11 size=-1\n",
            "0 a=b\n",
            "11 size=1x\n",
        ] {
            assert!(parse(text).is_none(), "{text:?}");
        }
    }
}
