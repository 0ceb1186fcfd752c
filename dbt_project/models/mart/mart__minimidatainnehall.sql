-- One row per current figure of the minimum dataset, with the columns and the words of the language.
{{ friendly_minimum_dataset("sv") }}
