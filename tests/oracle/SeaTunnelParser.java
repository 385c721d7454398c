// SPDX-License-Identifier: Apache-2.0
// What SeaTunnel's own library makes of job files. Reads the path of one from each line of standard
// input and answers with one line: its tree as JSON, the JSON text "error" for a document that it
// refuses, or "broken" where it fails by a mistake of its own. References that stay unresolved are
// printed as text. Run by readers.py.

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.seatunnel.shade.com.typesafe.config.Config;
import org.apache.seatunnel.shade.com.typesafe.config.ConfigException;
import org.apache.seatunnel.shade.com.typesafe.config.ConfigFactory;
import org.apache.seatunnel.shade.com.typesafe.config.ConfigRenderOptions;
import org.apache.seatunnel.shade.com.typesafe.config.ConfigResolveOptions;

public class SeaTunnelParser {
  public static void main(String[] args) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String name = in.readLine(); name != null; name = in.readLine()) out.println(read(name));
  }

  private static String read(String name) {
    try {
      ConfigResolveOptions tolerant = ConfigResolveOptions.defaults().setAllowUnresolved(true);
      Config config = ConfigFactory.parseFile(new File(name)).resolve(tolerant);
      return quoteReferences(config.root().render(ConfigRenderOptions.concise()));
    } catch (ConfigException.BugOrBroken error) {
      return "\"broken\"";
    } catch (ConfigException error) {
      return "\"error\"";
    }
  }

  // Unresolved references are rendered bare, beside the pieces they are joined with:
  // {"a":${x},"b":"in "${x}" text","c":true${x}1}. Here each value becomes one text.
  private static String quoteReferences(String json) {
    StringBuilder out = new StringBuilder();
    int at = 0;
    while (at < json.length()) {
      int end = endOfValue(json, at);
      String value = json.substring(at, end);
      out.append(value.contains("${") && !isOneText(value) ? oneText(value) : value);
      for (at = end; at < json.length() && "{}[],:".indexOf(json.charAt(at)) >= 0; ++at)
        out.append(json.charAt(at));
    }
    return out.toString();
  }

  // Where the texts, references and words that begin at `at` end.
  private static int endOfValue(String json, int at) {
    while (at < json.length() && "{}[],:".indexOf(json.charAt(at)) < 0)
      if (json.charAt(at) == '"') at = endOfText(json, at);
      else at = json.startsWith("${", at) ? json.indexOf('}', at) + 1 : at + 1;
    return at;
  }

  private static int endOfText(String json, int at) {
    for (++at; json.charAt(at) != '"'; ++at) if (json.charAt(at) == '\\') ++at;
    return at + 1;
  }

  private static boolean isOneText(String value) {
    return value.charAt(0) == '"' && endOfText(value, 0) == value.length();
  }

  private static String oneText(String value) {
    StringBuilder out = new StringBuilder("\"");
    for (int at = 0; at < value.length(); ) {
      boolean text = value.charAt(at) == '"';
      int end = text ? endOfText(value, at) : at + 1;
      if (value.startsWith("${", at)) {
        end = value.indexOf('}', at) + 1;
        out.append(value.substring(at, end).replace("\"", ""));
      } else {
        out.append(text ? value.substring(at + 1, end - 1) : value.substring(at, end));
      }
      at = end;
    }
    return out.append('"').toString();
  }
}
