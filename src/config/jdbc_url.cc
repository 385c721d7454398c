// SPDX-License-Identifier: Apache-2.0
#include "config/jdbc_url.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace sluice {
namespace {

std::unexpected<Status> Wrong(std::string text) {
  return Fail(Code::kInvalidConfig, std::move(text));
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Nothing for a '%' without two digits behind it.
std::optional<std::string> Decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = HexDigit(text[i + 1]);
    const int low = HexDigit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

// The part of `rest` before `end`, which is taken off with it.
std::string_view Next(std::string_view& rest, char end) {
  const size_t at = std::min(rest.find(end), rest.size());
  const std::string_view part = rest.substr(0, at);
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return part;
}

Result<JdbcHost> ParseHost(std::string_view text) {
  if (text.find_first_of("()=") != std::string_view::npos) {
    return Wrong("names its server by (key=value) pairs; write host:port");
  }
  JdbcHost host;
  size_t colon = text.rfind(':');
  if (text.starts_with('[')) {
    const size_t bracket = text.find(']');
    if (bracket == std::string_view::npos) return Wrong("has no ']' behind its address");
    if (bracket + 1 < text.size() && text[bracket + 1] != ':') {
      return Wrong("has something other than a port behind ']'");
    }
    colon = bracket + 1 < text.size() ? bracket + 1 : std::string_view::npos;
  } else if (colon != std::string_view::npos && text.find(':') != colon) {
    return Wrong("has an IPv6 address without brackets; write [address]:port");
  }
  std::string_view name = text.substr(0, colon);
  if (colon != std::string_view::npos) {
    const std::string_view port = text.substr(colon + 1);
    const auto parsed = std::from_chars(port.data(), port.data() + port.size(), host.port);
    if (parsed.ec != std::errc() || parsed.ptr != port.data() + port.size() || host.port == 0) {
      return Wrong("has no valid port: it must be a number from 1 to 65535");
    }
  }
  if (name.starts_with('[')) name = name.substr(1, name.size() - 2);
  if (name.empty()) return Wrong("names no host");
  host.name = name;
  return host;
}

Status ParseParameters(std::string_view text, JdbcUrl& url) {
  while (!text.empty()) {
    std::string_view value = Next(text, '&');
    if (value.empty()) continue;
    const std::string_view name = Next(value, '=');
    auto decoded_name = Decoded(name);
    auto decoded_value = Decoded(value);
    if (!decoded_name || !decoded_value) {
      return {Code::kInvalidConfig, "has a '%' without two hexadecimal digits behind it"};
    }
    if (decoded_name->empty()) return {Code::kInvalidConfig, "has a parameter without a name"};
    url.parameters.emplace_back(std::move(*decoded_name), std::move(*decoded_value));
  }
  return {};
}

}  // namespace

Result<JdbcUrl> ParseJdbcUrl(std::string_view text) {
  constexpr std::string_view kScheme = "jdbc:";
  constexpr char kShape[] = "must look like jdbc:mysql://host:3306/database";
  if (!text.starts_with(kScheme)) return Wrong(kShape);
  text.remove_prefix(kScheme.size());
  const std::string_view address = Next(text, '?');
  JdbcUrl url;
  const size_t slashes = address.find("://");
  std::string_view database;
  if (slashes == std::string_view::npos) {
    const size_t colon = address.find(':');
    if (colon == std::string_view::npos || colon == 0) return Wrong(kShape);
    url.subprotocol = address.substr(0, colon);
    url.hosts.push_back({"localhost", 0});
    database = address.substr(colon + 1);
    if (database.starts_with('/')) database.remove_prefix(1);
  } else {
    url.subprotocol = address.substr(0, slashes);
    database = address.substr(slashes + 3);
    std::string_view hosts = Next(database, '/');
    if (hosts.find('@') != std::string_view::npos) {
      return Wrong("must not hold user and password; write them as options of their own");
    }
    if (hosts.empty()) return Wrong("names no host");
    while (!hosts.empty()) {
      ASSIGN_OR_RETURN(JdbcHost host, ParseHost(Next(hosts, ',')));
      url.hosts.push_back(std::move(host));
    }
  }
  if (url.subprotocol.empty()) return Wrong(kShape);
  auto decoded = Decoded(database);
  if (!decoded) return Wrong("has a '%' without two hexadecimal digits behind it");
  url.database = std::move(*decoded);
  RETURN_IF_ERROR(ParseParameters(text, url));
  return url;
}

}  // namespace sluice
