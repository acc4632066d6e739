#include "parser/database_history.hpp"

#include "parser/difference.hpp"

namespace parser {
namespace {

constexpr std::int64_t most_revision_octets = 64 << 20;

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

std::size_t depth_of(const std::string& line) { return std::min(line.find_first_not_of(' '), line.size()); }

/// The line as the sealer makes it; what stands above it with less indentation are its blocks.
std::string sealed_line(const std::vector<std::string>& lines, std::size_t place, LineSealer& sealer) {
  const std::string& line = lines.at(place);
  if (LineSealer::passes(line)) return line;
  std::vector<std::string> path;
  std::size_t depth = depth_of(line);
  const std::string indentation(depth, ' ');
  for (std::size_t i = place; depth > 0 && i-- > 0;) {
    const std::size_t above = depth_of(lines[i]);
    if (above >= depth) continue;
    path.insert(path.begin(), lines[i].substr(above));
    depth = above;
  }
  return indentation + sealer.sealed(path, line.substr(indentation.size()));
}

}  // namespace

const char* History::tables() {
  return R"(
create table revision (
  id integer primary key autoincrement,
  time text not null,
  user text not null,
  line text not null,
  comment text not null,
  octets integer not null,
  hunks text not null);
create table command (
  id integer primary key autoincrement,
  time text not null,
  revision integer not null,
  user text not null,
  line text not null,
  text text not null);
)";
}

void History::migrate_from_1(sqlite::Connection& db) {
  struct Old {
    std::string time, user, kind, text;
  };
  std::vector<Old> rows;
  {
    sqlite::Statement query(db.get(), "select time, user, kind, text from revision order by id");
    for (query.start(); query.next();) rows.push_back({query.text(0), query.text(1), query.text(2), query.text(3)});
  }
  db.execute("drop table revision");
  db.execute(tables());
  sqlite::Statement insert(db.get(),
                           "insert into revision (time, user, line, comment, octets, hunks) values (?, ?, '', '', ?, ?)");
  std::string before;
  for (const Old& row : rows) {
    // A full text broke the chain of differences; from here on there is none but differences.
    const std::string hunks = row.kind == "full" ? difference_of_texts(before, row.text) : row.text;
    if (row.kind == "full") {
      before = row.text;
    } else {
      std::vector<std::string> lines = split(before);
      if (!carry_out(lines, hunks)) lines = split(before);
      before = joined(lines);
    }
    insert.run(row.time, row.user, static_cast<std::int64_t>(hunks.size()), hunks);
  }
}

void History::add(const Origin& origin, const std::string& hunks) {
  sqlite::Statement(db_.get(),
                    "insert into revision (time, user, line, comment, octets, hunks) "
                    "values (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), ?, ?, ?, ?, ?)")
      .run(origin.user, origin.line, origin.comment, static_cast<std::int64_t>(hunks.size()), hunks);
  const auto number = static_cast<std::int64_t>(latest());
  sqlite::Statement log(db_.get(),
                        "insert into command (time, revision, user, line, text) "
                        "values (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), ?, ?, ?, ?)");
  for (const std::string& command : origin.commands) log.run(number, origin.user, origin.line, command);
  sqlite::Statement(db_.get(), "delete from command where id <= (select max(id) from command) - ?")
      .run(static_cast<std::int64_t>(most_logged_commands));
}

void History::prune(std::uint64_t keep) {
  sqlite::Statement rows(db_.get(), "select id, octets from revision order by id desc");
  std::int64_t count = 0, octets = 0, gone = 0;
  for (rows.start(); gone == 0 && rows.next();) {
    octets += rows.number(1);
    if (++count > static_cast<std::int64_t>(most_revisions) || (count > 1 && octets > most_revision_octets))
      gone = rows.number(0);
  }
  if (keep > 0 && gone >= static_cast<std::int64_t>(keep)) gone = static_cast<std::int64_t>(keep) - 1;
  if (gone > 0) sqlite::Statement(db_.get(), "delete from revision where id <= ?").run(gone);
}

void History::comment(const std::string& text) {
  sqlite::Statement(db_.get(), "update revision set comment = ? where id = (select max(id) from revision)").run(text);
}

std::uint64_t History::latest() { return static_cast<std::uint64_t>(db_.number("select coalesce(max(id), 0) from revision")); }

std::vector<Revision> History::revisions() {
  std::vector<Revision> out;
  sqlite::Statement query(db_.get(), "select id, time, user, line, comment from revision order by id");
  for (query.start(); query.next();)
    out.push_back({static_cast<std::uint64_t>(query.number(0)), query.text(1), query.text(2), query.text(3), query.text(4)});
  return out;
}

std::vector<LoggedCommand> History::commands() {
  std::vector<LoggedCommand> out;
  sqlite::Statement query(db_.get(), "select id, revision, user, line, text from command order by id");
  for (query.start(); query.next();)
    out.push_back({static_cast<std::uint64_t>(query.number(0)), static_cast<std::uint64_t>(query.number(1)), query.text(2),
                   query.text(3), query.text(4)});
  return out;
}

void History::seal(std::string& latest_text, LineSealer& sealer) {
  std::vector<std::string> lines = split(latest_text), fresh;
  for (std::size_t i = 0; i < lines.size(); ++i) fresh.push_back(sealed_line(lines, i, sealer));
  latest_text = joined(fresh);
  std::vector<std::pair<std::int64_t, std::string>> changed;
  sqlite::Statement query(db_.get(), "select id, hunks from revision order by id desc");
  for (query.start(); query.next();) {
    const std::string hunks = query.text(1);
    const bool passes = LineSealer::passes(hunks);
    const std::vector<std::string> after = passes ? std::vector<std::string>{} : lines;
    if (!take_back(lines, hunks)) break;
    if (passes) continue;
    std::string sealed = with_sides(
        hunks, [&](std::size_t place) { return sealed_line(lines, place, sealer); },
        [&](std::size_t place) { return sealed_line(after, place, sealer); });
    if (sealed != hunks) changed.emplace_back(query.number(0), std::move(sealed));
  }
  sqlite::Statement update(db_.get(), "update revision set hunks = ?, octets = ? where id = ?");
  for (const auto& [id, hunks] : changed) update.run(hunks, static_cast<std::int64_t>(hunks.size()), id);
}

std::optional<std::string> History::text_of(std::uint64_t number, const std::string& latest_text) {
  std::vector<std::string> lines = split(latest_text);
  sqlite::Statement query(db_.get(), "select id, hunks from revision where id >= ? order by id desc");
  for (query.start(static_cast<std::int64_t>(number)); query.next();) {
    if (query.number(0) == static_cast<std::int64_t>(number)) return joined(lines);
    if (!take_back(lines, query.text(1)))
      throw sqlite::Error("configuration database: revision " + std::to_string(query.number(0)) +
                          " does not fit the one after it");
  }
  return std::nullopt;
}

}  // namespace parser
