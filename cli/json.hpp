// `show ... | json`: one document of the values that the text is made of. What a value looks like is declared once, by a
// function `fields(visitor, value)` beside it; the document and its description (docs/json.md) are both made from that.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "cli/ios_text.hpp"
#include "engine/algorithms.hpp"

namespace cli {

template <class T>
inline constexpr bool is_list = false;
template <class T>
inline constexpr bool is_list<std::vector<T>> = true;
template <class T>
inline constexpr bool is_shared = false;
template <class T>
inline constexpr bool is_shared<std::shared_ptr<const T>> = true;
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

/// Writes members of the object that is open. Octets that are no printable ASCII become \u00NN, whoever they came from.
class JsonWriter {
 public:
  template <class T>
  void operator()(std::string_view name, const T& value, std::string_view) {
    out_ += out_.back() == '{' ? "" : ",";
    put(name);
    out_ += ':';
    put(value);
  }
  template <class T>
  static std::string document(const T& value) {
    JsonWriter writer;
    writer.put(value);
    return writer.out_ + "\n";
  }

 private:
  template <class T>
  void put(const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      out_ += value ? "true" : "false";
    } else if constexpr (std::is_integral_v<T>) {
      out_ += std::to_string(value);
    } else if constexpr (std::is_convertible_v<T, std::string_view>) {
      put_text(value);
    } else if constexpr (std::is_same_v<T, engine::IpAddress>) {
      value.is_unspecified() ? void(out_ += "null") : put_text(value.to_string());
    } else if constexpr (std::is_same_v<T, engine::Duration>) {
      out_ += std::to_string(seconds_of(value));
    } else if constexpr (std::is_same_v<T, const engine::Algorithm*>) {
      value ? put_text(value->debug_name) : void(out_ += "null");
    } else if constexpr (is_shared<T>) {
      put(*value);
    } else if constexpr (is_optional<T>) {
      if (value)
        put(*value);
      else
        out_ += "null";
    } else if constexpr (is_list<T>) {
      out_ += '[';
      for (const auto& each : value) {
        out_ += out_.back() == '[' ? "" : ",";
        put(each);
      }
      out_ += ']';
    } else {
      out_ += '{';
      fields(*this, value);
      out_ += '}';
    }
  }
  void put_text(std::string_view text);

  std::string out_;
};

/// Describes the members of a document, one row a member.
class FieldList {
 public:
  struct Row {
    std::string path, type, meaning;
  };
  template <class T>
  static std::vector<Row> of(const T& value) {
    FieldList list;
    fields(list, value);
    return list.rows_;
  }
  template <class T>
  void operator()(std::string_view name, const T& value, std::string_view meaning) {
    add(std::string(name), value, std::string(meaning));
  }

 private:
  template <class T>
  void add(const std::string& name, const T& value, const std::string& meaning) {
    if constexpr (std::is_same_v<T, bool>) {
      row(name, "boolean", meaning);
    } else if constexpr (std::is_integral_v<T> || std::is_same_v<T, engine::Duration>) {
      row(name, "number", meaning);
    } else if constexpr (std::is_convertible_v<T, std::string_view>) {
      row(name, "string", meaning);
    } else if constexpr (std::is_same_v<T, engine::IpAddress> || std::is_same_v<T, const engine::Algorithm*>) {
      row(name, "string or null", meaning);
    } else if constexpr (is_optional<T>) {
      add(name, typename T::value_type{}, meaning + " (null: none)");
    } else if constexpr (is_list<T>) {
      add(name + "[]", typename T::value_type{}, meaning);
    } else if constexpr (is_shared<T>) {
      add(name, typename T::element_type{}, meaning);
    } else if (prefix_.ends_with(name + ".")) {
      row(name, "object", meaning + ", made as the one around it");
    } else {
      row(name, "object", meaning);
      const std::string before = prefix_;
      prefix_ += name + ".";
      fields(*this, value);
      prefix_ = before;
    }
  }
  void row(const std::string& name, const char* type, const std::string& meaning) {
    rows_.push_back({prefix_ + name, type, meaning});
  }

  std::string prefix_;
  std::vector<Row> rows_;
};

/// The document of a show that has nothing but its text.
struct TextLines {
  std::vector<std::string> lines;
  static TextLines of(std::string_view text);
};
template <class V>
void fields(V& v, const TextLines& text) {
  v("lines", text.lines, "What the command prints, line by line");
}

}  // namespace cli
