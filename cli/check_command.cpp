#include "cli/check_command.hpp"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace cli {
namespace {

const char* word_for(parser::Verdict verdict) {
  switch (verdict) {
    case parser::Verdict::accepted:
      return "accepted";
    case parser::Verdict::no_effect:
      return "no effect";
    case parser::Verdict::refused:
      break;
  }
  return "refused";
}

std::string place_text(const parser::Place& place) {
  return place.line ? place.file + ":" + std::to_string(place.line) : place.file;
}

/// For a terminal: no octet of the file may command it, and each stays one column wide.
std::string shown(std::string text) {
  for (char& c : text) {
    if (c == '\t') c = ' ';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  return text;
}

void indent(std::string& out, std::size_t columns, const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    out += std::string(columns, ' ') + text.substr(at, end - at) + "\n";
    at = end + 1;
  }
}

/// The length of the UTF-8 sequence that begins the text; 0 where none does.
std::size_t utf8_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
  for (std::size_t i = 1; i < length; ++i)
    if (i >= text.size() || (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return 0;
  // Longer than need be, surrogates, and what is beyond Unicode.
  const auto second = static_cast<unsigned char>(length > 2 ? text[1] : 0);
  const bool wrong = (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) ||
                     (lead == 0xF4 && second > 0x8F);
  return wrong ? 0 : length;
}

/// As a JSON string. Octets that are no UTF-8 are taken for Latin-1, as older terminals send it.
void quote(std::string& out, const std::string& text) {
  out += '"';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const std::size_t length = utf8_length(std::string_view(text).substr(i));
    if (length > 1) {
      out.append(text, i, length);
      i += length - 1;
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20 || length == 0) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(c)));
      out += escape;
    } else {
      out += c;
    }
  }
  out += '"';
}

void member(std::string& out, const char* name, const std::string& text) {
  if (text.empty()) return;
  out += std::string(", \"") + name + "\": ";
  quote(out, text);
}

}  // namespace

std::string check_text(const parser::CheckReport& report) {
  std::string out;
  for (const parser::CheckedFile& file : report.files) {
    out += file.name + "\n";
    for (const parser::CheckedLine& line : file.lines) {
      char head[32];
      std::snprintf(head, sizeof head, "%6zu  %-9s  ", line.number, word_for(line.verdict));
      out += head + shown(line.text) + "\n";
      const std::size_t column = std::strlen(head);
      if (line.caret) out += std::string(column + *line.caret, ' ') + "^\n";
      indent(out, column, line.why);
      if (!line.nearest.empty()) indent(out, column, "nearest: " + shown(line.nearest));
    }
  }
  if (!report.findings.empty()) out += "\nFindings\n";
  for (const parser::Finding& finding : report.findings) {
    out += "  ";
    for (std::size_t i = 0; i < finding.places.size(); ++i) out += (i ? ", " : "") + place_text(finding.places[i]);
    out += ": " + finding.text + " [" + finding.check + "]\n";
  }
  return out;
}

std::string check_json(const parser::CheckReport& report) {
  std::string out = "{\n  \"files\": [";
  for (std::size_t i = 0; i < report.files.size(); ++i) {
    out += i ? ",\n    {\"file\": " : "\n    {\"file\": ";
    quote(out, report.files[i].name);
    out += ", \"lines\": [";
    for (std::size_t j = 0; j < report.files[i].lines.size(); ++j) {
      const parser::CheckedLine& line = report.files[i].lines[j];
      out += (j ? ",\n      {\"line\": " : "\n      {\"line\": ") + std::to_string(line.number);
      member(out, "text", line.text);
      member(out, "verdict", word_for(line.verdict));
      member(out, "why", line.why);
      if (line.caret) out += ", \"column\": " + std::to_string(*line.caret + 1);
      member(out, "nearest", line.nearest);
      out += "}";
    }
    out += "\n    ]}";
  }
  out += "\n  ],\n  \"findings\": [";
  for (std::size_t i = 0; i < report.findings.size(); ++i) {
    const parser::Finding& finding = report.findings[i];
    out += i ? ",\n    {\"check\": " : "\n    {\"check\": ";
    quote(out, finding.check);
    member(out, "text", finding.text);
    out += ", \"places\": [";
    for (std::size_t j = 0; j < finding.places.size(); ++j) {
      out += j ? ", {\"file\": " : "{\"file\": ";
      quote(out, finding.places[j].file);
      out += ", \"line\": " + std::to_string(finding.places[j].line) + "}";
    }
    out += "]}";
  }
  return out + "\n  ]\n}\n";
}

std::string text_of_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path + ": " + std::strerror(errno));
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (in.bad()) throw std::runtime_error("cannot read " + path + ": " + std::strerror(errno));
  return text;
}

int run_check(const std::vector<std::string>& paths, CheckForm form, std::ostream& out) {
  std::vector<parser::NamedText> files;
  for (const std::string& path : paths) files.push_back({path, text_of_file(path)});
  const parser::CheckReport report = parser::check(
      files, std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count());
  out << (form == CheckForm::json ? check_json(report) : check_text(report));
  if (report.refused_any) return 2;
  return report.findings.empty() ? 0 : 1;
}

}  // namespace cli
