//! Arrays whose elements are asked for as wholes.

use crate::place;
use crate::search::{Assignment, Failure, Search};
use crate::value::Slot;
use crate::wish::Wish;
use indexmap::IndexMap;
use serde_json::{Map, Value};
use sigwright_engine::{Event, naive};
use sigwright_ir::{ElementSelector, Expr, ExprId, Exprs, FieldId};

/// Longest array that is made for an element at a place.
const MOST: u32 = 64;

/// What the elements of each array must be like.
#[derive(Debug, Default)]
pub struct Arrays(IndexMap<FieldId, Elements>);

#[derive(Debug, Default)]
struct Elements {
    /// There must be one like this.
    some: Vec<Vec<Wish>>,
    /// The one at this place must be like this.
    at: Vec<(u32, Vec<Wish>)>,
    /// Each must be like this.
    each: Vec<Wish>,
    /// There must be one at all.
    filled: bool,
}

impl Arrays {
    /// Takes a question about elements, and the answer wanted.
    pub fn add(&mut self, exprs: &Exprs, expr: ExprId, wanted: bool) {
        let Expr::Elements {
            field,
            selector,
            body,
        } = exprs.get(expr)
        else {
            return;
        };
        let elements = self.0.entry(*field).or_default();
        let (yes, no) = (Wish::Is(*body, true), Wish::Is(*body, false));
        match (selector, wanted) {
            (ElementSelector::Any, true) | (ElementSelector::None, false) => {
                elements.some.push(vec![yes]);
            }
            (ElementSelector::Any, false) | (ElementSelector::None, true) => elements.each.push(no),
            (ElementSelector::All, true) => {
                elements.each.push(yes);
                elements.filled = true;
            }
            (ElementSelector::AllOrEmpty, true) => elements.each.push(yes),
            (ElementSelector::All | ElementSelector::AllOrEmpty, false) => {
                elements.some.push(vec![no]);
            }
            (ElementSelector::Index(place), true) => elements.at.push((*place, vec![yes])),
            (ElementSelector::Index(place), false) => elements.at.push((*place, vec![no])),
        }
    }

    /// Takes an element that must be in an array.
    pub fn within(&mut self, exprs: &Exprs, expr: ExprId, place: u32, inner: Vec<Wish>) {
        let Expr::Elements {
            field, selector, ..
        } = exprs.get(expr)
        else {
            return;
        };
        let elements = self.0.entry(*field).or_default();
        match selector {
            ElementSelector::Index(_) => elements.at.push((place, inner)),
            _ => elements.some.push(inner),
        }
    }

    /// Makes the arrays.
    pub fn fill(
        &self,
        search: &mut Search,
        miss: Option<ExprId>,
        made: &mut Assignment,
    ) -> Result<(), Failure> {
        for (field, elements) in &self.0 {
            let name = search.exprs.field_name(*field).to_owned();
            let mut array: Vec<Value> = Vec::new();
            let mut places: IndexMap<u32, Vec<Wish>> = IndexMap::new();
            for (place, wishes) in &elements.at {
                places
                    .entry(*place)
                    .or_default()
                    .extend(wishes.iter().cloned());
            }
            let longest = places.keys().max().map_or(0, |place| place + 1);
            if longest > MOST {
                return Err(Failure::NotFound(format!("`{name}` would be very long")));
            }
            let mut some = elements.some.iter();
            for place in 0..longest {
                let mut wishes = elements.each.clone();
                match places.get(&place) {
                    Some(asked) => wishes.extend(asked.iter().cloned()),
                    None => wishes.extend(some.next().into_iter().flatten().cloned()),
                }
                array.push(one(search, &wishes, miss)?);
            }
            for asked in some {
                let mut wishes = elements.each.clone();
                wishes.extend(asked.iter().cloned());
                array.push(one(search, &wishes, miss)?);
            }
            if array.is_empty() && elements.filled {
                array.push(one(search, &elements.each, miss)?);
            }
            if array.is_empty() {
                made.fields.entry(name).or_insert(Slot::Free);
            } else {
                made.fields.insert(name, Slot::Is(Value::Array(array)));
            }
        }
        Ok(())
    }
}

/// An element.
fn one(search: &mut Search, wishes: &[Wish], miss: Option<ExprId>) -> Result<Value, Failure> {
    let mut element = None;
    search.find(wishes, miss, &mut |exprs, made| {
        let value = object(made);
        let fits = match &value {
            Value::Object(_) => Event::from_json(&value.to_string()).is_ok_and(|event| {
                wishes.iter().all(|wish| match wish {
                    Wish::Is(expr, wanted) => naive::holds(exprs, *expr, &event) == *wanted,
                    Wish::Within(..) => true,
                })
            }),
            // what is asked of the element itself was tried as its value was made
            _ => true,
        };
        element = Some(value);
        fits
    })?;
    element.ok_or_else(|| Failure::NotFound("no element was found".to_owned()))
}

/// Fields as an element: the value of `.`, or an object of the others.
fn object(made: &Assignment) -> Value {
    if let Some(Slot::Is(value)) = made.fields.get(".") {
        return value.clone();
    }
    let mut object = Value::Object(Map::new());
    for (name, slot) in &made.fields {
        if let Slot::Is(value) = slot {
            place::put(&mut object, name, value.clone(), &|_| false);
        }
    }
    object
}
