package dev.ramtide.producer.procfs;

import java.io.IOException;

/** Another agent: claims a process, says how it went, and lives until its input ends. */
final class ClaimMain {
  private ClaimMain() {}

  public static void main(String[] args) throws IOException {
    try (ProcessFiles process = new LinuxProcFs().open(Long.parseLong(args[0]))) {
      process.claimSoftDirty();
      System.out.println("claimed");
      while (System.in.read() >= 0) {
        continue;
      }
    } catch (UnsuitableHostException e) {
      System.out.println(e.getMessage());
    }
  }
}
