//! The usual Redis way: a hash for each number that expires, and a script that compares and counts.

use std::ops::Range;

use redis::{Client, Script, aio::MultiplexedConnection};

use crate::{
    by_hand,
    contest::{Contender, Fault},
    people::{LAST_SIX, Person},
};

const SCRIPT: &str = r"
local kept = redis.call('HMGET', KEYS[1], 'code', 'last_six', 'wrong')
if not kept[1] or tonumber(kept[3]) >= 5 then return 0 end
if kept[1] == ARGV[1] and kept[2] == ARGV[2] then
  redis.call('DEL', KEYS[1])
  return 1
end
redis.call('HINCRBY', KEYS[1], 'wrong', 1)
return 0";

/// Over one connection that all clients share.
pub(crate) struct Redis {
    connection: MultiplexedConnection,
    script: Script,
}

impl Redis {
    /// At an address such as `unix:FILE`.
    ///
    /// # Errors
    /// Redis's.
    pub(crate) async fn open(address: &str) -> Result<Self, Fault> {
        let client = Client::open(address)?;
        Ok(Self {
            connection: client.get_multiplexed_async_connection().await?,
            script: Script::new(SCRIPT),
        })
    }
}

fn key(mobile: &str) -> String {
    format!("code:{mobile}")
}

impl Contender for Redis {
    async fn open(&self, numbers: Range<u32>) -> Result<Vec<Person>, Fault> {
        let mut connection = self.connection.clone();
        let mut people = Vec::new();
        let mut pipe = redis::pipe();
        for n in numbers {
            let person = Person::new(n, &by_hand::code(n));
            let key = key(&person.mobile);
            pipe.hset(&key, "code", &person.code).ignore();
            pipe.hset(&key, "last_six", LAST_SIX).ignore();
            pipe.hset(&key, "wrong", 0).ignore();
            pipe.expire(&key, 86_400).ignore();
            people.push(person);
        }
        pipe.exec_async(&mut connection).await?;
        Ok(people)
    }

    async fn submit(&self, person: &Person, code: &str) -> Result<bool, Fault> {
        let mut connection = self.connection.clone();
        let mut call = self.script.key(key(&person.mobile));
        let right: i64 = call
            .arg(code)
            .arg(LAST_SIX)
            .invoke_async(&mut connection)
            .await?;
        Ok(right == 1)
    }
}
