import TaskFarmerCLI

CommandLineMain.main()
