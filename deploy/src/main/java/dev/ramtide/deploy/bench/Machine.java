package dev.ramtide.deploy.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;

/**
 * What was measured on: a figure without it says nothing.
 *
 * @param facts in the order in which they are told
 */
record Machine(Map<String, String> facts) {
  /**
   * @param directory on the disk that is measured
   */
  static Machine here(Path directory) throws IOException {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
    facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    facts.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
    facts.put("kafka", kafka());
    facts.put("qemu", qemu());
    facts.put("disk", Files.getFileStore(directory).type());
    return new Machine(facts);
  }

  /** As its clients say it themselves when they start. */
  private static String kafka() throws IOException {
    Properties properties = new Properties();
    try (InputStream in =
        KafkaProducer.class.getResourceAsStream("/kafka/kafka-version.properties")) {
      if (in != null) {
        properties.load(in);
      }
    }
    return properties.getProperty("version", "unknown");
  }

  private static String qemu() throws IOException {
    Process process;
    try {
      process =
          new ProcessBuilder("qemu-system-x86_64", "--version").redirectErrorStream(true).start();
    } catch (IOException e) {
      return "none";
    }
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return said.lines().findFirst().orElse("none").replace("QEMU emulator version ", "");
  }
}
