#include "parser/database_sa_events.hpp"

namespace parser {

const char* SaEvents::table() {
  return R"(
create table if not exists sa_event (
  id integer primary key autoincrement,
  time integer not null,
  ipsec integer not null,
  sa integer not null,
  peer text not null,
  identity text not null,
  event text not null,
  cause text not null,
  text text not null);
create index if not exists sa_event_of_peer on sa_event (peer, id);
)";
}

void SaEvents::add(const std::vector<SaEvent>& events) {
  sqlite::Statement insert(db_.get(),
                           "insert into sa_event (time, ipsec, sa, peer, identity, event, cause, text) "
                           "values (?, ?, ?, ?, ?, ?, ?, ?)");
  for (const SaEvent& each : events)
    insert.run(each.unix_milliseconds, static_cast<std::int64_t>(each.ipsec), static_cast<std::int64_t>(each.sa), each.peer,
               each.identity, each.event, each.cause, each.text);
  sqlite::Statement(db_.get(), "delete from sa_event where id <= (select max(id) from sa_event) - ?")
      .run(static_cast<std::int64_t>(most_sa_events));
}

std::vector<SaEvent> SaEvents::latest(std::size_t most, const std::optional<std::string>& peer) {
  std::vector<SaEvent> out;
  const std::string columns = "select time, ipsec, sa, peer, identity, event, cause, text from sa_event ";
  const std::string rows = columns + (peer ? "where peer = ?2 " : "") + "order by id desc limit ?1";
  sqlite::Statement query(db_.get(), rows.c_str());
  peer ? query.start(static_cast<std::int64_t>(most), *peer) : query.start(static_cast<std::int64_t>(most));
  while (query.next())
    out.push_back({query.number(0), query.number(1) != 0, static_cast<std::uint32_t>(query.number(2)), query.text(3),
                   query.text(4), query.text(5), query.text(6), query.text(7)});
  return out;
}

}  // namespace parser
