// SPDX-License-Identifier: Apache-2.0
// Prints what SeaTunnel's own library makes of each file: a line "NAME<TAB>JSON", where a document
// that it refuses is the JSON text "error". References that stay unresolved are printed as text.
// Run by make_expected.py.

import java.io.File;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.seatunnel.shade.com.typesafe.config.Config;
import org.apache.seatunnel.shade.com.typesafe.config.ConfigException;
import org.apache.seatunnel.shade.com.typesafe.config.ConfigFactory;
import org.apache.seatunnel.shade.com.typesafe.config.ConfigRenderOptions;
import org.apache.seatunnel.shade.com.typesafe.config.ConfigResolveOptions;

public class SeaTunnelParser {
  public static void main(String[] args) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (String name : args) out.println(new File(name).getName() + "\t" + read(name));
  }

  private static String read(String name) {
    try {
      ConfigResolveOptions tolerant = ConfigResolveOptions.defaults().setAllowUnresolved(true);
      Config config = ConfigFactory.parseFile(new File(name)).resolve(tolerant);
      return quoteReferences(config.root().render(ConfigRenderOptions.concise()));
    } catch (ConfigException error) {
      return "\"error\"";
    }
  }

  // Unresolved references are rendered bare: {"a":${x}}.
  private static String quoteReferences(String json) {
    StringBuilder out = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < json.length(); ++i) {
      char c = json.charAt(i);
      if (quoted && c == '\\') {
        out.append(c).append(json.charAt(++i));
      } else if (!quoted && json.startsWith("${", i)) {
        int end = json.indexOf('}', i) + 1;
        out.append(quoteReference(json.substring(i, end)));
        i = end - 1;
      } else {
        if (c == '"') quoted = !quoted;
        out.append(c);
      }
    }
    return out.toString();
  }

  private static String quoteReference(String reference) {
    return '"' + reference.replace("\"", "") + '"';
  }
}
