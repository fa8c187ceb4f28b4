package dev.ramtide.deploy.cli;

import dev.ramtide.configuration.ConfiguredCommand;
import dev.ramtide.deploy.incoming.QmpIncoming;
import dev.ramtide.sink.cli.RestoreCommand;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/**
 * Makes the verbs, and joins the two sides where one needs the other: a restore drives QEMU by the
 * producer's QMP.
 */
final class VerbFactory implements IFactory {
  private final IFactory others = CommandLine.defaultFactory();
  private final ConfiguredCommand configured;

  VerbFactory(ConfiguredCommand configured) {
    this.configured = configured;
  }

  @Override
  public <K> K create(Class<K> type) throws Exception {
    if (type == RestoreCommand.class) {
      return type.cast(new RestoreCommand(QmpIncoming::connect));
    }
    return type == ConfigCommand.class
        ? type.cast(new ConfigCommand(configured))
        : others.create(type);
  }
}
