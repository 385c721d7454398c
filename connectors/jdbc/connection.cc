// SPDX-License-Identifier: Apache-2.0
#include "jdbc/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/ascii.h"
#include "config/jdbc_url.h"

namespace sluice::jdbc {
namespace {

// A merge of a large checkpoint or the first row of a large scan may take long.
constexpr std::chrono::hours kSilence{1};

struct Setting {
  SqlEndpoint endpoint;
  ConnectionOptions& options;
  std::vector<std::string> notes;
  std::string wrong;  // the first mistake
};

bool IsTrue(std::string_view value) {
  return value.empty() || Lower(value) == "true";
}

template <size_t N>
bool TlsFrom(const std::array<std::pair<std::string_view, TlsMode>, N>& modes,
             std::string_view value, TlsMode& out) {
  const auto found =
      std::ranges::find(modes, Lower(value), &std::pair<std::string_view, TlsMode>::first);
  if (found == modes.end()) return false;
  out = found->second;
  return true;
}

// A number of `Unit`s; 0 leaves the default ("without end" in the drivers).
template <typename Unit>
void Timeout(Setting& setting, std::string_view name, std::string_view value, Duration& out) {
  int64_t number = 0;
  const auto parsed = std::from_chars(value.data(), value.data() + value.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != value.data() + value.size() || number < 0 ||
      number > 1'000'000'000) {
    setting.wrong =
        fmt::format("{} is no number of {}", name,
                    std::is_same_v<Unit, std::chrono::seconds> ? "seconds" : "milliseconds");
  } else if (number > 0) {
    out = Unit(number);
  }
}

bool ApplyMysqlTls(Setting& setting, std::string_view name, std::string_view value) {
  static constexpr std::array<std::pair<std::string_view, TlsMode>, 5> kModes{
      {{"disabled", TlsMode::kDisabled},
       {"preferred", TlsMode::kPreferred},
       {"required", TlsMode::kRequired},
       {"verify_ca", TlsMode::kVerifyCa},
       {"verify_identity", TlsMode::kVerifyIdentity}}};
  TlsMode& tls = setting.endpoint.tls;
  if (name == "useSSL") {
    if (!IsTrue(value)) tls = TlsMode::kDisabled;
  } else if (name == "requireSSL") {
    if (IsTrue(value)) tls = std::max(tls, TlsMode::kRequired);
  } else if (name == "verifyServerCertificate") {
    if (IsTrue(value)) tls = TlsMode::kVerifyCa;
  } else if (name == "sslMode") {
    if (!TlsFrom(kModes, value, tls)) setting.wrong = "sslMode is none of the modes";
  } else if (name == "sslCa" || name == "serverSslCert") {
    setting.endpoint.tls_ca_file = value;
  } else if (name.starts_with("trustCertificateKeyStore") ||
             name.starts_with("clientCertificateKeyStore")) {
    setting.wrong = fmt::format("{} names a Java key store; use sslCa=FILE with a PEM file", name);
  } else {
    return false;
  }
  return true;
}

// Parameters that change what is read or written.
bool ApplyMysqlMeaning(Setting& setting, std::string_view name, std::string_view value) {
  if (name == "zeroDateTimeBehavior") {
    const std::string behaviour = Lower(value);
    if (behaviour == "converttonull" || behaviour == "convert_to_null") {
      setting.options.zero_dates_are_null = true;
    } else if (behaviour == "round") {
      setting.wrong = "zeroDateTimeBehavior=ROUND would invent a date; use CONVERT_TO_NULL";
    } else if (behaviour != "exception") {
      setting.wrong = "zeroDateTimeBehavior must be EXCEPTION or CONVERT_TO_NULL";
    }
  } else if (name == "tinyInt1isBit") {
    setting.options.tiny_int_is_bit = IsTrue(value);
  } else if (name == "characterEncoding" || name == "connectionCollation") {
    setting.notes.push_back(fmt::format(
        "the parameter {} is ignored: text travels as utf8mb4, which holds all of it", name));
  } else if (name == "serverTimezone" || name == "connectionTimeZone") {
    setting.notes.push_back(fmt::format(
        "the parameter {} is ignored: there is no zone of a Java machine to convert from; dates "
        "and times keep their digits",
        name));
  } else if (name == "forceConnectionTimeZoneToSession") {
    if (IsTrue(value))
      setting.wrong = fmt::format("{}: use sessionVariables=time_zone='...'", name);
  } else if (name == "sessionVariables") {
    setting.options.session_setup.push_back("SET SESSION " + std::string(value));
  } else if (name == "yearIsDateType" && IsTrue(value)) {
    setting.notes.push_back("the parameter yearIsDateType is ignored: YEAR is a number");
  } else if (name == "emulateLocators" || name == "useOldAliasMetadataBehavior" ||
             name == "jdbcCompliantTruncation" || name == "allowMultiQueries") {
    const bool usual = (name == "jdbcCompliantTruncation") == IsTrue(value);
    if (!usual) setting.notes.push_back(fmt::format("the parameter {} is ignored", name));
  } else {
    return false;
  }
  return true;
}

void ApplyMysql(Setting& setting, std::string_view name, std::string_view value) {
  if (ApplyMysqlTls(setting, name, value) || ApplyMysqlMeaning(setting, name, value)) return;
  if (name == "connectTimeout") {
    Timeout<std::chrono::milliseconds>(setting, name, value, setting.endpoint.connect_timeout);
  } else if (name == "socketTimeout") {
    Timeout<std::chrono::milliseconds>(setting, name, value, setting.endpoint.read_timeout);
  } else if (name == "rewriteBatchedStatements" || name == "useCursorFetch" ||
             name == "defaultFetchSize" || name == "useServerPrepStmts") {
    setting.notes.push_back(fmt::format(
        "the parameter {} is ignored: rows are always streamed and written many at once", name));
  } else {
    setting.notes.push_back(
        fmt::format("the parameter {} is ignored: it tunes the Java driver", name));
  }
}

bool ApplyPostgresTls(Setting& setting, std::string_view name, std::string_view value) {
  static constexpr std::array<std::pair<std::string_view, TlsMode>, 6> kModes{
      {{"disable", TlsMode::kDisabled},
       {"allow", TlsMode::kPreferred},
       {"prefer", TlsMode::kPreferred},
       {"require", TlsMode::kRequired},
       {"verify-ca", TlsMode::kVerifyCa},
       {"verify-full", TlsMode::kVerifyIdentity}}};
  if (name == "ssl") {
    if (IsTrue(value)) setting.endpoint.tls = TlsMode::kVerifyIdentity;  // as the Java driver does
  } else if (name == "sslmode") {
    if (!TlsFrom(kModes, value, setting.endpoint.tls)) {
      setting.wrong = "sslmode is none of the modes";
    }
  } else if (name == "sslrootcert") {
    setting.endpoint.tls_ca_file = value;
  } else if (name == "sslcert" || name == "sslkey" || name == "sslpassword" ||
             name == "sslfactory") {
    setting.wrong = fmt::format("{}: logging in by certificate is not supported", name);
  } else {
    return false;
  }
  return true;
}

void ApplyPostgres(Setting& setting, std::string_view name, std::string_view value) {
  if (ApplyPostgresTls(setting, name, value)) return;
  if (name == "connectTimeout" || name == "loginTimeout") {
    Timeout<std::chrono::seconds>(setting, name, value, setting.endpoint.connect_timeout);
  } else if (name == "socketTimeout") {
    Timeout<std::chrono::seconds>(setting, name, value, setting.endpoint.read_timeout);
  } else if (name == "currentSchema") {
    const size_t comma = std::min(value.find(','), value.size());
    setting.options.schema = value.substr(0, comma);
    if (comma != value.size()) setting.wrong = "currentSchema must be one schema";
  } else if (name == "options") {
    setting.endpoint.options = value;
  } else if (name == "ApplicationName") {
    setting.notes.push_back("the parameter ApplicationName is ignored: sessions are 'sluice'");
  } else if (name == "stringtype") {
    setting.notes.push_back("the parameter stringtype is ignored: the server finds the type");
  } else if (name == "targetServerType") {
    setting.notes.push_back(
        "the parameter targetServerType is ignored: the first server that "
        "answers is used");
  } else {
    setting.notes.push_back(
        fmt::format("the parameter {} is ignored: it tunes the Java driver", name));
  }
}

void Apply(Setting& setting, std::string_view name, std::string_view value) {
  if (name == "user" || name == "password") {
    setting.notes.push_back(fmt::format("the parameter {} is ignored: it is an option", name));
  } else if (setting.endpoint.server == SqlServer::kPostgres) {
    ApplyPostgres(setting, name, value);
  } else {
    ApplyMysql(setting, name, value);
  }
}

// Nothing when it is none that is supported.
std::optional<SqlServer> ServerOf(const JdbcUrl& url, const ConnectionOptions& options) {
  const std::string mode = Lower(options.compatible_mode);
  const std::string dialect = Lower(options.dialect);
  if (url.subprotocol == "mysql" || url.subprotocol == "mariadb" ||
      url.subprotocol == "mysql:loadbalance" || url.subprotocol == "mysql:replication") {
    if (mode.empty() || mode == "mysql") return SqlServer::kMysql;
  } else if (url.subprotocol == "oceanbase") {
    if (mode == "mysql") return SqlServer::kMysql;
  } else if (url.subprotocol == "postgresql" || url.subprotocol == "opengauss") {
    if (mode.empty()) return SqlServer::kPostgres;
  } else if (dialect == "mysql") {
    return SqlServer::kMysql;
  } else if (dialect == "postgresql" || dialect == "postgres") {
    return SqlServer::kPostgres;
  }
  return std::nullopt;
}

const Origin& OriginOf(const PluginConfig& config, std::string_view option) {
  const Field* field = FindOption(config.options, option);
  return field == nullptr ? config.origin : field->value.origin();
}

}  // namespace

std::string ConnectionOptions::Place() const {
  std::string hosts;
  for (const SqlEndpoint& endpoint : endpoints) {
    hosts += fmt::format("{}{}:{}", hosts.empty() ? "" : ",", endpoint.host, endpoint.port);
  }
  return fmt::format("{} {}/{}", postgres() ? "postgresql" : "mysql", hosts, database());
}

void DeriveConnection(const PluginConfig& config, ConnectionOptions& options,
                      Diagnostics& diagnostics) {
  const std::string where = Where(config);
  const Origin& at = OriginOf(config, "url");
  if (options.url.empty()) return;  // told as missing
  const auto url = ParseJdbcUrl(options.url);
  if (!url) {
    diagnostics.Error(at, fmt::format("{}: url {}", where, url.error().message()));
    return;
  }
  const auto server = ServerOf(*url, options);
  if (!server) {
    diagnostics.Error(at, fmt::format("{}: url begins with jdbc:{}{}, which is not supported; "
                                      "jdbc:mysql: and jdbc:postgresql: are",
                                      where, url->subprotocol,
                                      options.compatible_mode.empty()
                                          ? ""
                                          : ", compatible_mode = " + options.compatible_mode));
    return;
  }
  Setting setting{.endpoint = {}, .options = options, .notes = {}, .wrong = ""};
  SqlEndpoint& endpoint = setting.endpoint;
  endpoint.server = *server;
  endpoint.user = options.user;
  endpoint.password = options.password;
  endpoint.database = url->database;
  endpoint.connect_timeout = std::chrono::seconds(options.check_timeout_sec);
  endpoint.read_timeout = kSilence;
  const auto apply = [&](const auto& parameters, const Origin& origin, const char* option) {
    for (const auto& [name, value] : parameters) {
      setting.wrong.clear();
      setting.notes.clear();
      Apply(setting, name, value);
      for (const std::string& note : setting.notes) {
        diagnostics.Note(origin, fmt::format("{}: {}", where, note));
      }
      if (!setting.wrong.empty()) {
        diagnostics.Error(origin, fmt::format("{}: {}: {}", where, option, setting.wrong));
      }
    }
  };
  apply(url->parameters, at, "url");
  apply(options.properties, OriginOf(config, "properties"), "properties");
  for (const JdbcHost& host : url->hosts) {
    endpoint.host = host.name;
    endpoint.port = host.port;
    if (host.port == 0) endpoint.port = *server == SqlServer::kPostgres ? 5432 : 3306;
    options.endpoints.push_back(endpoint);
  }
}

Result<std::unique_ptr<SqlSession>> Connect(SqlClient& client, const ConnectionOptions& options) {
  Status last;
  for (const SqlEndpoint& endpoint : options.endpoints) {
    auto session = client.Open(endpoint);
    if (!session) {
      last = session.error();
      if (last.retry() == Retry::kNever) return Fail(std::move(last));
      continue;
    }
    for (const std::string& statement : options.session_setup) {
      RETURN_IF_ERROR((*session)->Execute(statement).In("setting up the session"));
    }
    return session;
  }
  return Fail(std::move(last));
}

}  // namespace sluice::jdbc
