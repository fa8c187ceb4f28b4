package dev.ramtide.deploy.cli;

import picocli.CommandLine.IVersionProvider;

/** The version that the build wrote into the jar's manifest. */
final class RamtideVersion implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version = RamtideVersion.class.getPackage().getImplementationVersion();
    return new String[] {"ramtide " + (version == null ? "(run from class files)" : version)};
  }
}
