#include "parser/check/subject.hpp"

namespace parser {

Subject::Subject(std::string file, Configuration configuration, const std::unordered_map<std::string, std::size_t>& lines,
                 std::int64_t now)
    : file_(std::move(file)), now_(now), configuration_(std::move(configuration)), compiled_(compile(configuration_, nullptr)) {
  engine::Actions ignored;
  book_->update(compiled_.config, {}, ignored);
  std::vector<std::string> path;
  locate(root(), path, lines);
}

std::string Subject::key(const std::vector<std::string>& blocks, const std::string& text) {
  std::string out;
  for (const std::string& block : blocks) out += block + "\n";
  return out + text;
}

void Subject::locate(const Node& block, std::vector<std::string>& path,
                     const std::unordered_map<std::string, std::size_t>& lines) {
  for (const auto& child : block.children) {
    const std::string text = line_text(*child);
    // Of a line whose text goes on over the next ones, the first.
    if (const auto found = lines.find(key(path, text.substr(0, text.find('\n')))); found != lines.end())
      places_.emplace(child.get(), found->second);
    if (child->children.empty()) continue;
    path.push_back(text);
    locate(*child, path, lines);
    path.pop_back();
  }
}

Place Subject::place_or(const Node& line, const Node& block) const {
  const Place own = place(line);
  return own.line != 0 ? own : place(block);
}

Place Subject::place(const Node& line) const {
  const auto found = places_.find(&line);
  return {file_, found == places_.end() ? 0 : found->second};
}

}  // namespace parser
