#include "screen.hpp"

#include <algorithm>
#include <cstdlib>

void Screen::put(std::string_view octets) {
  for (const char c : octets) {
    if (state_ == State::escape) {
      state_ = c == '[' ? State::sequence : State::text;
      parameters_.clear();
    } else if (state_ == State::sequence) {
      if (c >= 0x40) {
        sequence(c);
        state_ = State::text;
      } else {
        parameters_ += c;
      }
    } else if (c == 0x1b) {
      state_ = State::escape;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      control(c);
    } else {
      auto& row = rows_[row_];
      if (row.size() <= column_) row.resize(column_ + 1, ' ');
      row[column_++] = c;
    }
  }
}

void Screen::control(char c) {
  if (c == '\r') column_ = 0;
  if (c == '\b' && column_ > 0) --column_;
  if (c == '\n' && ++row_ == rows_.size()) rows_.emplace_back();
}

void Screen::sequence(char final) {
  const std::size_t count = std::max(1, std::atoi(parameters_.c_str()));
  auto& row = rows_[row_];
  switch (final) {
    case 'A':
      row_ -= std::min(row_, count);
      break;
    case 'C':
      column_ += count;
      break;
    case 'D':
      column_ -= std::min(column_, count);
      break;
    case 'K':
      row.resize(std::min(row.size(), column_));
      break;
    case 'J':
      row.resize(std::min(row.size(), column_));
      rows_.resize(row_ + 1);
      break;
    case 'P':
      row.erase(std::min(row.size(), column_), count);
      break;
    case '@':
      row.insert(std::min(row.size(), column_), count, ' ');
      break;
    default:
      break;
  }
}

std::vector<std::string> Screen::lines() const {
  std::vector<std::string> out(rows_.begin(), rows_.begin() + static_cast<std::ptrdiff_t>(row_) + 1);
  for (auto& line : out) line.resize(line.find_last_not_of(' ') + 1);
  return out;
}

bool Screen::contains(const std::string& line) const {
  const auto all = lines();
  return std::find(all.begin(), all.end(), line) != all.end();
}

std::string Screen::text() const {
  std::string out;
  for (const auto& line : lines()) out += line + "\n";
  return out;
}
