//! Numbers from text and back, by the rules of GitHub's runner.

/// The number a text stands for where a number is wanted: NaN when it stands for none.
pub(crate) fn parse(text: &str) -> f64 {
    let text = text.trim();
    match text {
        "" => 0.0,
        "Infinity" | "+Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        _ => match text.get(..2) {
            Some("0x") => radix(&text[2..], 16),
            Some("0o") => radix(&text[2..], 8),
            _ => decimal(text),
        },
    }
}

/// At most 15 significant digits; exponents below -4 and above 14 are written as in `1.5E+19` (.NET's G15).
pub(crate) fn text(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .to_owned();
    }
    if number == 0.0 {
        return "0".to_owned();
    }
    let scientific = format!("{:.14e}", number.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits = mantissa.replace('.', "");
    let digits = digits.trim_end_matches('0');
    let sign = if number < 0.0 { "-" } else { "" };
    if exponent > -5 && exponent < 15 {
        format!("{sign}{}", fixed(digits, exponent))
    } else {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let exponent_sign = if exponent < 0 { '-' } else { '+' };
        format!(
            "{sign}{first}{point}{rest}E{exponent_sign}{:02}",
            exponent.abs()
        )
    }
}

/// As JSON: whole numbers without a fraction, what JSON can't hold by name.
pub(crate) fn to_json(number: f64) -> serde_json::Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= EXACT {
        #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
        return (number as i64).into();
    }
    serde_json::Number::from_f64(number).map_or_else(|| text(number).into(), Into::into)
}

fn fixed(digits: &str, exponent: i32) -> String {
    let Ok(whole) = usize::try_from(exponent + 1) else {
        return format!(
            "0.{}{digits}",
            "0".repeat(exponent.unsigned_abs() as usize - 1)
        );
    };
    match whole {
        0 => format!("0.{digits}"),
        whole if whole >= digits.len() => format!("{digits}{}", "0".repeat(whole - digits.len())),
        whole => format!("{}.{}", &digits[..whole], &digits[whole..]),
    }
}

fn radix(digits: &str, radix: u32) -> f64 {
    if digits.is_empty() {
        return f64::NAN;
    }
    digits
        .chars()
        .try_fold(0.0, |number, digit| {
            Some(number * f64::from(radix) + f64::from(digit.to_digit(radix)?))
        })
        .unwrap_or(f64::NAN)
}

/// Rust's parser also knows words such as `inf`, which are no numbers here.
fn decimal(text: &str) -> f64 {
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    if plain {
        text.parse().unwrap_or(f64::NAN)
    } else {
        f64::NAN
    }
}
