FROM ${A:?no base}
