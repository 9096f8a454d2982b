//! A plot as SVG: cost per event against the number of rules, both axes logarithmic.

use std::fmt::Write;

/// A line of a plot.
#[derive(Debug, Clone)]
pub struct Series {
    /// In the legend.
    pub name: String,
    /// Number of rules, microseconds per event.
    pub points: Vec<(f64, f64)>,
}

const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 440.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 50.0;
const BOTTOM: f64 = 50.0;
/// Told apart by people with any kind of colour vision (Okabe and Ito).
const COLOURS: [&str; 6] = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9",
];

/// Draws the lines; `None` if there is no point at all.
pub fn draw(title: &str, series: &[Series]) -> Option<String> {
    let points = || series.iter().flat_map(|line| line.points.iter().copied());
    let range = |of: fn((f64, f64)) -> f64| {
        let low = points().map(of).fold(f64::INFINITY, f64::min);
        let high = points().map(of).fold(0.0, f64::max);
        (low > 0.0 && low.is_finite()).then(|| {
            (
                low.log10().floor(),
                high.log10().ceil().max(low.log10().floor() + 1.0),
            )
        })
    };
    let (x_range, y_range) = (range(|(x, _)| x)?, range(|(_, y)| y)?);
    let along = |value: f64, (low, high): (f64, f64)| (value.log10() - low) / (high - low);
    let x = |value: f64| LEFT + along(value, x_range) * (WIDTH - LEFT - RIGHT);
    let y = |value: f64| HEIGHT - BOTTOM - along(value, y_range) * (HEIGHT - TOP - BOTTOM);

    let mut svg = String::new();
    let mut put = |text: String| {
        svg.push_str(&text);
        svg.push('\n');
    };
    put(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
         <text x=\"{LEFT}\" y=\"22\" font-size=\"15\">{}</text>",
        escaped(title)
    ));
    for power in x_range.0 as i32..=x_range.1 as i32 {
        let at = x(10_f64.powi(power));
        put(format!(
            "<path d=\"M{at:.1} {TOP}V{}\" stroke=\"#dddddd\"/>\
             <text x=\"{at:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            HEIGHT - BOTTOM,
            HEIGHT - BOTTOM + 18.0,
            10_f64.powi(power)
        ));
    }
    for power in y_range.0 as i32..=y_range.1 as i32 {
        let at = y(10_f64.powi(power));
        put(format!(
            "<path d=\"M{LEFT} {at:.1}H{}\" stroke=\"#dddddd\"/>\
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{} µs</text>",
            WIDTH - RIGHT,
            LEFT - 6.0,
            at + 4.0,
            10_f64.powi(power)
        ));
    }
    put(format!(
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">rules</text>\n\
         <text x=\"16\" y=\"{}\" text-anchor=\"middle\" transform=\"rotate(-90 16 {})\">CPU time per event</text>",
        (LEFT + WIDTH - RIGHT) / 2.0,
        HEIGHT - 10.0,
        (TOP + HEIGHT - BOTTOM) / 2.0,
        (TOP + HEIGHT - BOTTOM) / 2.0
    ));
    for (at, (line, colour)) in series.iter().zip(COLOURS.iter().cycle()).enumerate() {
        let mut path = String::new();
        for (step, &(rules, cost)) in line.points.iter().enumerate() {
            let letter = if step == 0 { 'M' } else { 'L' };
            // writing to a string does not fail
            let _ = write!(path, "{letter}{:.1} {:.1}", x(rules), y(cost));
        }
        put(format!(
            "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>"
        ));
        for &(rules, cost) in &line.points {
            put(format!(
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\" fill=\"{colour}\"/>",
                x(rules),
                y(cost)
            ));
        }
        put(format!(
            "<text x=\"{}\" y=\"{}\" fill=\"{colour}\">{}</text>",
            LEFT + 10.0,
            TOP + 14.0 + 16.0 * at as f64,
            escaped(&line.name)
        ));
    }
    put("</svg>".to_owned());
    Some(svg)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_lie_inside() {
        let points = vec![(10.0, 4.0), (2_244.0, 5.5), (20_000.0, 7.0)];
        let svg = draw(
            "a < b",
            &[Series {
                name: "x".to_owned(),
                points,
            }],
        )
        .unwrap();
        assert!(svg.contains("a &lt; b") && svg.ends_with("</svg>\n"));
        assert_eq!(svg.matches("<circle").count(), 3);
        for circle in svg.lines().filter(|line| line.starts_with("<circle")) {
            let number = |key: &str| -> f64 {
                let rest = circle.split_once(key).unwrap().1;
                rest.split('"').next().unwrap().parse().unwrap()
            };
            assert!((LEFT..=WIDTH).contains(&number("cx=\"")), "{circle}");
            assert!((TOP..=HEIGHT).contains(&number("cy=\"")), "{circle}");
        }
        assert_eq!(draw("nothing", &[]), None);
    }
}
