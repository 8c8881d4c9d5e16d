//! Many desks of one hub, put into its database before it serves, and what they have to push.

use anyhow::Result;
use fengxiang_hub::devices::{District, Registry};
use fengxiang_hub::store::{open, transact};
use fengxiang_sync::http::HttpHub;
use fengxiang_wire::device::{Device, DeviceRole, Membership};
use fengxiang_wire::exchange::{Entry, EntryField, Push};
use fengxiang_wire::{Hash, Id, Partition, ReplicaId, Sealed, Shape};

/// Desks of one station: they write into the same partition.
const PER_STATION: u16 = 5;

/// A desk that the hub knows.
#[derive(Clone)]
pub struct Member {
    pub device: Id,
    pub key: [u8; 32],
    pub replica: ReplicaId,
    pub partition: Partition,
}

/// Sets a district up with so many desks.
pub fn set_up(database: &str, count: u16) -> Result<Vec<Member>> {
    let store = open(database)?;
    let members: Vec<Member> = (0..count).map(Member::new).collect();
    let district = District { name: "Made-up District".into(), ..District::default() };
    transact(&*store, &mut |tx| {
        let mut registry = Registry(tx);
        registry.put_district(&district)?;
        members.iter().try_for_each(|member| registry.put_device(&member.card()))
    })?;
    Ok(members)
}

impl Member {
    fn new(number: u16) -> Self {
        let named = |what: &str| *blake3::hash(format!("{what} {number}").as_bytes()).as_bytes();
        let half = |bytes: [u8; 32]| std::array::from_fn::<u8, 16, _>(|at| bytes[at]);
        let station = u8::try_from(number / PER_STATION).expect("a district has few stations");
        Self {
            device: Id(half(named("device"))),
            key: named("key"),
            replica: ReplicaId(half(named("replica"))),
            partition: Partition::Station(Id([station; 16])),
        }
    }

    fn card(&self) -> Device {
        let station = self.partition.station().expect("its partition is a station's");
        Device {
            id: self.device,
            name: "made-up desk".into(),
            role: DeviceRole::Station,
            stations: vec![Membership { station, code: "GX01".into(), letter: "A".into() }],
            may_read_party: false,
            signing_key: HttpHub::verifying_key(&self.key),
            wrapping_key: Hash::default(),
            enrolled_at: 1,
            // Far ahead: noting when it was seen would be a write beside those that are looked at.
            last_seen_at: Some(i64::MAX),
            revoked_at: None,
        }
    }

    /// The fact of a number: the same each time it is asked for, with values that no packing makes shorter.
    pub fn fact(&self, number: u64) -> Entry {
        let name = blake3::keyed_hash(&self.key, &number.to_le_bytes());
        let mut bytes = [0; 112];
        blake3::Hasher::new_keyed(&self.key).update(name.as_bytes()).finalize_xof().fill(&mut bytes);
        let (countable, personal) = bytes.split_at(56);
        let field = |field, value: &[u8], is_personal| EntryField {
            field,
            value: Some(Sealed(value.to_vec())),
            base: None,
            is_personal,
        };
        let id = Id(std::array::from_fn(|at| name.as_bytes()[at]));
        Entry {
            number,
            partition: self.partition,
            kind: "visit".into(),
            id,
            shape: Shape::Fact,
            subject: Some(Id(std::array::from_fn(|at| name.as_bytes()[16 + at]))),
            h: number << 16,
            hash: Hash(*name.as_bytes()),
            origin: None,
            given: None,
            fields: vec![field(1, countable, false), field(2, personal, true)],
        }
    }

    pub fn push(&self, numbers: std::ops::Range<u64>, confirmed: u64, wall_ms: i64) -> Push {
        let entries = numbers.map(|number| self.fact(number)).collect();
        Push { epoch: 1, replica: self.replica, confirmed, orders_taken: 0, wall_ms, entries }
    }
}
