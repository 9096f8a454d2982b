//! `sigwright pipeline`.

use sigwright_convert::Pipeline;
use sigwright_convert::pipeline::SHIPPED;
use sigwright_syntax::Sources;
use std::io::{self, Write};

/// The pipelines there are.
pub fn list(out: &mut dyn Write) -> io::Result<()> {
    for shipped in SHIPPED {
        let read = Pipeline::shipped(shipped, &mut Sources::new()).unwrap_or_default();
        writeln!(out, "{:<28} {}", shipped.name, read.name)?;
    }
    Ok(())
}
