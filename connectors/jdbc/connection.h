// SPDX-License-Identifier: Apache-2.0
// Where a Jdbc source or sink connects: the options both share, the URL's parameters, and opening a
// session that is set up the same way each time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/context.h"
#include "config/option_spec.h"

namespace sluice::jdbc {

struct ConnectionOptions {
  std::string url;
  std::string driver;
  std::string user;
  Secret password;
  std::string dialect;
  std::string compatible_mode;
  StringMap properties;
  int64_t check_timeout_sec = 30;

  // Derived by DeriveConnection.
  std::vector<SqlEndpoint> endpoints;      // tried in this order
  std::vector<std::string> session_setup;  // statements
  std::string schema;                      // PostgreSQL: what unqualified names mean
  bool tiny_int_is_bit = true;             // MySQL: TINYINT(1) is BOOLEAN
  bool zero_dates_are_null = false;        // MySQL: '0000-00-00' is null, not an error

  bool postgres() const { return endpoints.front().server == SqlServer::kPostgres; }
  const std::string& database() const { return endpoints.front().database; }
  // "mysql h:3306/db": what a job's identity holds of it.
  std::string Place() const;
};

// Adds the shared options to a plugin whose struct T derives from ConnectionOptions.
template <typename T>
OptionSpec<T> WithConnection(OptionSpec<T> spec) {
  using O = ConnectionOptions;
  const auto in = []<typename M>(M O::* member) { return static_cast<M T::*>(member); };
  return spec
      .Required("url", in(&O::url),
                "Server and database: jdbc:mysql://host:3306/db or "
                "jdbc:postgresql://host:5432/db.",
                AtLeast(1))
      .Optional("driver", in(&O::driver), "Class of the Java driver; only a hint of the dialect.")
      .Optional("user", in(&O::user), "Account to log in with.")
      .Alias("username")
      .Optional("password", in(&O::password), "Its password.")
      .Optional("dialect", in(&O::dialect), "MySQL or PostgreSQL, where the URL does not tell.")
      .Optional("compatible_mode", in(&O::compatible_mode),
                "mysql for OceanBase; others are refused.")
      .Optional("properties", in(&O::properties), "Parameters of the connection, as in the URL.")
      .Optional("connection_check_timeout_sec", in(&O::check_timeout_sec),
                "Seconds to wait for a connection, where connectTimeout is not given.", AtLeast(1))
      .Refused("use_kerberos", "the servers that are supported are logged in to by password",
               {"false"})
      .Ignored("kerberos_principal", "use_kerberos must be false")
      .Ignored("kerberos_keytab_path", "use_kerberos must be false")
      .Ignored("krb5_path", "use_kerberos must be false");
}

// Reads URL and properties into the derived members; every mistake goes to `diagnostics`.
void DeriveConnection(const PluginConfig& config, ConnectionOptions& options,
                      Diagnostics& diagnostics);

// A session on the first endpoint that can be reached. Blocks. `read_timeout` replaces a shorter
// default, for statements that move many rows; a socketTimeout of the URL wins.
Result<std::unique_ptr<SqlSession>> Connect(SqlClient& client, const ConnectionOptions& options);

}  // namespace sluice::jdbc
